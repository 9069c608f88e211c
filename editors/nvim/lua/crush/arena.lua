--- The arena of a buffer's last run, in a scratch buffer.
local M = {}

local scratch = require("crush.scratch")

local NAME = "crush://arena"
local PAGE = 200
local HELP = "<CR> go to place · f follow cursor · g group by kind/variable · / search · m more · r refresh · q close"
local TITLES = {
  { "array", "Arrays" },
  { "map", "Maps" },
  { "object", "Objects" },
  { "string", "Strings" },
  { "tagged", "Tagged values" },
  { "closure", "Closures" },
  { "cell", "Captured variables" },
}

---@class crush.ArenaView
---@field source integer the buffer whose arena it is
---@field filter string?
---@field following boolean
---@field by_owner boolean
---@field page table? the first page, with the slots of the later ones added
---@field asked integer answers to requests before the last one are thrown away
---@field places table<integer, table> range by line of the scratch buffer
local view = { source = -1, following = false, by_owner = false, asked = 0, places = {} }

---@param bytes integer
---@return string
local function size(bytes)
  if bytes < 1024 then
    return bytes .. " B"
  end
  return bytes < 1024 * 1024 and ("%.1f KiB"):format(bytes / 1024) or ("%.1f MiB"):format(bytes / 1024 / 1024)
end

---@param number integer
---@param noun string
---@return string
local function count(number, noun)
  return ("%d %s%s"):format(number, noun, number == 1 and "" or "s")
end

--- JSON null comes as vim.NIL.
local function present(value)
  return value ~= nil and value ~= vim.NIL
end

---@param slots table[]
---@return { title: string, slots: table[] }[]
local function by_kind(slots)
  local groups, known = {}, {}
  for _, entry in ipairs(TITLES) do
    known[entry[1]] = true
    groups[#groups + 1] = {
      title = entry[2],
      slots = vim.tbl_filter(function(slot)
        return slot.kind == entry[1]
      end, slots),
    }
  end
  groups[#groups + 1] = {
    title = "Others",
    slots = vim.tbl_filter(function(slot)
      return not known[slot.kind]
    end, slots),
  }
  return groups
end

---@param slots table[]
---@return { title: string, slots: table[] }[]
local function by_owner(slots)
  local named, unnamed = vim.defaulttable(), {}
  for _, slot in ipairs(slots) do
    for _, name in ipairs(slot.names) do
      table.insert(named[name], slot)
    end
    if #slot.names == 0 then
      unnamed[#unnamed + 1] = slot
    end
  end
  local groups = {}
  for name, owned in vim.spairs(named) do
    groups[#groups + 1] = { title = name, slots = owned }
  end
  groups[#groups + 1] = { title = "reached through others", slots = unnamed }
  return groups
end

--- The lines of the buffer, the range each stands for, and what is coloured.
---@param page table
local function render(page)
  local lines, places, marks = {}, {}, {}
  local function add(parts, range)
    local text = ""
    for _, part in ipairs(parts) do
      local piece = part[1]:gsub("[\r\n]+", "⏎")
      if part[2] then
        marks[#marks + 1] = { #lines, #text, #text + #piece, part[2] }
      end
      text = text .. piece
    end
    lines[#lines + 1] = text
    places[#lines] = present(range) and range or nil
  end

  local name = vim.fs.basename(vim.uri_to_fname(page.uri))
  add({ { name .. " · " .. page.moment.text, "CrushArenaTitle" } }, nil)
  local stats = page.stats
  local numbers = { count(stats.objects, "object"), size(stats.bytes), count(stats.borrows, "borrow") }
  if view.filter then
    numbers[#numbers + 1] = ("filter “%s”: %s"):format(view.filter, count(page.total, "object"))
  end
  add({ { table.concat(numbers, " · ") } }, nil)
  add({ { HELP, "CrushArenaHelp" } }, nil)

  for _, group in ipairs(view.by_owner and by_owner(page.slots) or by_kind(page.slots)) do
    if #group.slots > 0 then
      add({ { "" } }, nil)
      add({ { ("%s (%d)"):format(group.title, #group.slots), "CrushArenaGroup" } }, nil)
      for _, slot in ipairs(group.slots) do
        local parts = { { "  " .. slot.label, "CrushArenaSlot" } }
        if slot.exclusive then
          parts[#parts + 1] = { "  &mut", "CrushArenaExclusive" }
        end
        if slot.shared > 0 then
          parts[#parts + 1] = { ("  & ×%d"):format(slot.shared), "CrushArenaShared" }
        end
        if #slot.names > 0 then
          parts[#parts + 1] = { "  " .. table.concat(slot.names, ", ") }
        end
        parts[#parts + 1] = { "  " .. slot.preview, "CrushArenaHelp" }
        if present(slot.allocated) then
          parts[#parts + 1] = { ("  line %d"):format(slot.allocated.start.line + 1), "CrushArenaHelp" }
        end
        add(parts, slot.allocated)
        for _, borrow in ipairs(slot.borrows) do
          local holder = "by " .. (present(borrow.owner) and borrow.owner:gsub("`", "") or "a temporary")
          local taken = present(borrow.range) and (", line %d"):format(borrow.range.start.line + 1) or ""
          local color = borrow.kind == "exclusive" and "CrushArenaExclusive" or "CrushArenaShared"
          add({ { ("      %s borrow %s%s"):format(borrow.kind, holder, taken), color } }, borrow.range)
        end
      end
    end
  end
  if #page.slots < page.total then
    add({ { "" } }, nil)
    add({ { ("m: more (%d of %d are shown)"):format(#page.slots, page.total), "CrushArenaGroup" } }, nil)
  end
  return lines, places, marks
end

local function jump()
  local range = view.places[vim.api.nvim_win_get_cursor(0)[1]]
  local client = vim.lsp.get_clients({ bufnr = view.source, name = "crush" })[1]
  if not range or not vim.api.nvim_buf_is_valid(view.source) then
    return
  end
  local window = vim.fn.bufwinid(view.source)
  if window ~= -1 then
    vim.api.nvim_set_current_win(window)
  else
    vim.cmd("wincmd p")
  end
  vim.lsp.util.show_document(
    { uri = vim.uri_from_bufnr(view.source), range = range },
    client and client.offset_encoding or "utf-16",
    { focus = true }
  )
end

---@param bufnr integer
local function map(bufnr)
  local function set(key, does, what)
    vim.keymap.set("n", key, does, { buffer = bufnr, nowait = true, desc = what })
  end
  set("<CR>", jump, "go to the place")
  set("r", function()
    M.fetch(0)
  end, "refresh")
  set("m", function()
    M.fetch(view.page and #view.page.slots or 0)
  end, "more")
  set("f", function()
    view.following = not view.following
    M.fetch(0)
  end, "follow the cursor")
  set("g", function()
    view.by_owner = not view.by_owner
    M.draw()
  end, "group by kind or variable")
end

function M.draw()
  local lines, places, marks
  if view.page then
    lines, places, marks = render(view.page)
  elseif view.following then
    lines, places, marks = { "The line of the cursor did not run.", HELP }, {}, {}
  else
    lines, places, marks = { "The program was not run yet: save it, or :CrushRun.", HELP }, {}, {}
  end
  view.places = places
  scratch.draw(NAME, lines, marks, { split = "botright 14split", filetype = "crusharena", map = map })
end

---@return integer?
local function cursor_line()
  local window = vim.fn.bufwinid(view.source)
  return view.following and window ~= -1 and vim.api.nvim_win_get_cursor(window)[1] - 1 or nil
end

---@param offset integer
function M.fetch(offset)
  view.asked = view.asked + 1
  local turn = view.asked
  local parameters = { filter = view.filter or vim.NIL, offset = offset, limit = PAGE }
  local moment = require("crush.time").moment(view.source)
  if moment then
    parameters.session, parameters.position = moment.session, moment.position
  else
    parameters.line = cursor_line() or vim.NIL
  end
  local method = moment and "crush/time/arena" or "crush/arena"
  require("crush.client").request(view.source, method, parameters, function(page)
    if turn ~= view.asked then
      return
    end
    page = present(page) and page or nil
    if page and offset > 0 and view.page and #view.page.slots == offset and view.page.version == page.version then
      page.slots = vim.list_extend(view.page.slots, page.slots)
    end
    view.page = page
    M.draw()
  end)
end

---@param bufnr integer
---@param filter string
function M.open(bufnr, filter)
  if vim.bo[bufnr].filetype == "crusharena" then
    bufnr = view.source
  end
  if bufnr ~= view.source then
    view.source, view.page, view.following = bufnr, nil, false
  end
  view.filter = filter ~= "" and filter or nil
  vim.api.nvim_create_autocmd("CursorMoved", {
    group = vim.api.nvim_create_augroup("crush.arena", {}),
    buffer = bufnr,
    callback = function()
      local line = vim.api.nvim_win_get_cursor(0)[1]
      if view.following and M.is_open() and line ~= view.last_line then
        view.last_line = line
        M.fetch(0)
      end
    end,
  })
  M.fetch(0)
end

---@return boolean
function M.is_open()
  local bufnr = vim.fn.bufnr(NAME)
  return bufnr ~= -1 and vim.fn.bufwinid(bufnr) ~= -1
end

--- Another moment is shown.
function M.moved()
  if M.is_open() then
    M.fetch(0)
  end
end

--- A new run is shown when the view is open.
---@param bufnr integer
---@param evaluation table
function M.evaluated(bufnr, evaluation)
  local over = evaluation.state == "finished" or evaluation.state == "faulted"
  if over and bufnr == view.source and M.is_open() then
    M.fetch(0)
  end
end

return M
