--- Borrows on the code: a sign beside the lines on which a borrow lives, a line under what takes it.
local M = {}

local options = require("crush.options")

M.namespace = vim.api.nvim_create_namespace("crush.borrows")

local PAUSE = 80
local WEIGHT = { shared = 1, exclusive = 2, conflict = 3 }
local GROUPS = { shared = "CrushBorrowShared", exclusive = "CrushBorrowExclusive", conflict = "CrushBorrowConflict" }

local mode ---@type string? chosen by command, over the option
local asked = {} ---@type table<integer, integer> answers to requests before the last one are thrown away

---@return "off"|"under_cursor"|"always"
local function current()
  return mode or options.get().borrows
end

local function present(value)
  return value ~= nil and value ~= vim.NIL
end

--- Which lines (from 0) have a sign, and which ranges a line under them.
---@param view table
---@return table<integer, string> bars, { range: lsp.Range, style: string, label: string }[] marks
function M.picture(view)
  local bars, marks = {}, {}
  local function put(line, style)
    if not bars[line] or WEIGHT[style] > WEIGHT[bars[line]] then
      bars[line] = style
    end
  end
  for _, borrow in ipairs(view.borrows) do
    local conflict = present(borrow.conflict) and view.conflicts[borrow.conflict + 1] or nil
    marks[#marks + 1] = { range = borrow.taken, style = conflict and "conflict" or borrow.kind, label = borrow.label }
    local from, to
    if conflict then
      from = math.min(borrow.taken.start.line, conflict.range.start.line)
      to = math.max(borrow.taken.start.line, conflict.range.start.line)
    end
    for _, stretch in ipairs(borrow.lines) do
      for line = stretch[1], stretch[2] do
        if borrow.asked then
          put(line, borrow.kind)
        end
        if conflict and from <= line and line <= to then
          put(line, "conflict")
        end
      end
    end
  end
  return bars, marks
end

---@param bufnr integer
---@param view table
---@param encoding string
local function draw(bufnr, view, encoding)
  vim.api.nvim_buf_clear_namespace(bufnr, M.namespace, 0, -1)
  local bars, marks = M.picture(view)
  local count = vim.api.nvim_buf_line_count(bufnr)
  for line, style in pairs(bars) do
    if line < count then
      vim.api.nvim_buf_set_extmark(bufnr, M.namespace, line, 0, {
        sign_text = "▎",
        sign_hl_group = GROUPS[style],
        priority = 5 + WEIGHT[style],
      })
    end
  end
  for _, mark in ipairs(marks) do
    local start, stop = mark.range.start, mark.range["end"]
    if stop.line < count then
      local function column(position)
        local text = vim.api.nvim_buf_get_lines(bufnr, position.line, position.line + 1, false)[1] or ""
        return math.min(vim.str_byteindex(text, encoding, position.character, false), #text)
      end
      vim.api.nvim_buf_set_extmark(bufnr, M.namespace, start.line, column(start), {
        end_row = stop.line,
        end_col = column(stop),
        hl_group = GROUPS[mark.style] .. "Taken",
        priority = 200,
      })
    end
  end
end

---@param bufnr integer
function M.refresh(bufnr)
  if not vim.api.nvim_buf_is_loaded(bufnr) then
    return
  end
  local client = vim.lsp.get_clients({ bufnr = bufnr, name = "crush" })[1]
  if not client or current() == "off" then
    vim.api.nvim_buf_clear_namespace(bufnr, M.namespace, 0, -1)
    return
  end
  local window = vim.fn.bufwinid(bufnr)
  if window == -1 then
    return
  end
  local parameters = { textDocument = { uri = vim.uri_from_bufnr(bufnr) } }
  if current() == "under_cursor" then
    parameters.position = vim.lsp.util.make_position_params(window, client.offset_encoding).position
  end
  local turn = (asked[bufnr] or 0) + 1
  asked[bufnr] = turn
  local tick = vim.api.nvim_buf_get_changedtick(bufnr)
  client:request("crush/borrows", parameters, function(_, view)
    local is_late = turn ~= asked[bufnr] or not vim.api.nvim_buf_is_loaded(bufnr)
    if present(view) and not is_late and vim.api.nvim_buf_get_changedtick(bufnr) == tick then
      draw(bufnr, view, client.offset_encoding)
    end
  end, bufnr)
end

--- Draws soon: holding an arrow key down asks once, where it rests.
local timers = {} ---@type table<integer, uv.uv_timer_t>

---@param bufnr integer
local function soon(bufnr)
  local timer = timers[bufnr] or assert(vim.uv.new_timer())
  timers[bufnr] = timer
  timer:start(PAUSE, 0, vim.schedule_wrap(function()
    M.refresh(bufnr)
  end))
end

---@param bufnr integer
function M.attach(bufnr)
  vim.api.nvim_create_autocmd({ "CursorMoved", "TextChanged", "InsertLeave", "BufEnter" }, {
    group = vim.api.nvim_create_augroup("crush.borrows." .. bufnr, {}),
    buffer = bufnr,
    callback = function()
      soon(bufnr)
    end,
  })
  soon(bufnr)
end

---@param bufnr integer
---@param evaluation table
function M.evaluated(bufnr, evaluation)
  if evaluation.state ~= "running" then
    soon(bufnr)
  end
end

---@param word string
function M.command(word)
  if word ~= "" and not vim.list_contains({ "off", "under_cursor", "always" }, word) then
    vim.notify("crush: `off`, `under_cursor` or `always`", vim.log.levels.WARN)
    return
  end
  mode = word ~= "" and word or (current() == "off" and "under_cursor" or "off")
  for _, client in ipairs(vim.lsp.get_clients({ name = "crush" })) do
    for bufnr in pairs(client.attached_buffers) do
      M.refresh(bufnr)
    end
  end
end

return M
