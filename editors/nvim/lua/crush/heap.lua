--- The heap of a buffer's last run as text: what the variables refer to, and what that refers to.
local M = {}

local scratch = require("crush.scratch")

local NAME = "crush://heap"
local HELP = "<CR> put in the middle · a go to allocation · + - steps · v variables · q close"
local DEPTH = { least = 1, usual = 3, most = 8 }

---@class crush.HeapView
---@field source integer
---@field slot integer?
---@field depth integer
---@field asked integer answers to requests before the last one are thrown away
---@field boxes table<integer, table> the box that each line is of
local view = { source = -1, depth = DEPTH.usual, asked = 0, boxes = {} }

local function present(value)
  return value ~= nil and value ~= vim.NIL
end

--- The lines of a drawing, the box of each, and what is coloured.
---@param heap table
function M.render(heap)
  local lines, boxes, marks = {}, {}, {}
  local function add(parts, box)
    local text = ""
    for _, part in ipairs(parts) do
      if part[2] then
        marks[#marks + 1] = { #lines, #text, #text + #part[1], part[2] }
      end
      text = text .. part[1]
    end
    lines[#lines + 1] = (text:gsub("[\r\n]+", "⏎"))
    boxes[#lines] = box
  end
  local by_slot = {}
  for _, box in ipairs(heap.boxes) do
    by_slot[box.slot] = box
  end

  add({ { "The heap " .. heap.moment.text, "CrushArenaTitle" } })
  local left_out = heap.leftOut > 0 and (" · %d not drawn"):format(heap.leftOut) or ""
  add({ { ("%d objects%s"):format(heap.stats.objects, left_out) } })
  add({ { HELP, "CrushArenaHelp" } })
  add({ { "" } })
  for _, holder in ipairs(heap.holders) do
    local borrow = present(holder.borrow) and holder.borrow or nil
    local group = borrow == "shared" and "CrushBorrowShared" or borrow and "CrushBorrowExclusive" or "CrushArenaGroup"
    local sign = borrow == "shared" and " ─▶ &#" or borrow and " ─▶ &mut #" or " ─▶ #"
    add({ { holder.name, group }, { sign .. holder.slot } }, by_slot[holder.slot])
  end
  for _, box in ipairs(heap.boxes) do
    add({ { "" } })
    local head = { { ("┌ #%d "):format(box.slot), "CrushArenaHelp" }, { box.title, "CrushArenaSlot" } }
    for _, borrow in ipairs(box.borrows) do
      local holder = present(borrow.owner) and borrow.owner:gsub("`", "") or "a temporary"
      local is_shared = borrow.kind == "shared"
      head[#head + 1] = { (is_shared and "  & " or "  &mut ") .. holder, is_shared and "CrushBorrowShared" or "CrushBorrowExclusive" }
    end
    add(head, box)
    for _, part in ipairs(box.parts) do
      local value = present(part.target) and ((part.borrow and "─▶ &#" or "─▶ #") .. part.target) or part.text
      add({ { "│ " }, { part.name .. " ", "CrushArenaHelp" }, { value } }, box)
    end
    add({ { box.more > 0 and ("└ … %d more"):format(box.more) or "└" } }, box)
  end
  return lines, boxes, marks
end

---@return table?
local function here()
  return view.boxes[vim.api.nvim_win_get_cursor(0)[1]]
end

---@param bufnr integer
local function map(bufnr)
  local function set(key, does, what)
    vim.keymap.set("n", key, does, { buffer = bufnr, nowait = true, desc = what })
  end
  local function step(by)
    return function()
      view.depth = math.max(DEPTH.least, math.min(DEPTH.most, view.depth + by))
      M.fetch()
    end
  end
  set("<CR>", function()
    local box = here()
    view.slot = box and box.slot or view.slot
    M.fetch()
  end, "put in the middle")
  set("v", function()
    view.slot = nil
    M.fetch()
  end, "back to the variables")
  set("+", step(1), "one step more")
  set("-", step(-1), "one step less")
  set("a", function()
    local box = here()
    local client = vim.lsp.get_clients({ bufnr = view.source, name = "crush" })[1]
    local window = vim.fn.bufwinid(view.source)
    if box and present(box.allocated) and client and window ~= -1 then
      vim.api.nvim_set_current_win(window)
      local place = { uri = vim.uri_from_bufnr(view.source), range = box.allocated }
      vim.lsp.util.show_document(place, client.offset_encoding, { focus = true })
    end
  end, "go to where it was allocated")
end

function M.fetch()
  local parameters = { slot = view.slot, depth = view.depth }
  local moment = require("crush.time").moment(view.source)
  if moment then
    parameters.session, parameters.position = moment.session, moment.position
  end
  view.asked = view.asked + 1
  local turn = view.asked
  local method = moment and "crush/time/heap" or "crush/heap"
  require("crush.client").request(view.source, method, parameters, function(heap)
    if turn ~= view.asked then
      return
    end
    local lines, boxes, marks = { "The program was not run yet: save it, or :CrushRun.", HELP }, {}, {}
    if present(heap) then
      lines, boxes, marks = M.render(heap)
    end
    view.boxes = boxes
    local options = { split = "botright vertical 60split", filetype = "crushheap", map = map }
    scratch.draw(NAME, lines, marks, options)
  end)
end

--- Another moment is shown.
function M.moved()
  local bufnr = vim.fn.bufnr(NAME)
  if bufnr ~= -1 and vim.fn.bufwinid(bufnr) ~= -1 then
    M.fetch()
  end
end

---@param bufnr integer
---@param slot integer?
function M.open(bufnr, slot)
  if vim.bo[bufnr].filetype ~= "crushheap" then
    view.source = bufnr
  end
  view.slot = slot
  M.fetch()
end

return M
