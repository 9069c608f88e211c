--- The slider of time: a bar on which the moment lies that is shown, with keys to go from there.
local M = {}

local scratch = require("crush.scratch")

local NAME = "crush://time"
local HELP = "h l line · H L change of the arena · 0 $ ends · 40% · <CR> to the cursor · x back to the end · q close"
local WIDTH = { least = 10, margin = 4 }

local source = -1

---@return integer
local function window()
  local bufnr = vim.fn.bufnr(NAME)
  return bufnr == -1 and -1 or vim.fn.bufwinid(bufnr)
end

---@return integer
local function width()
  local shown = window()
  return math.max(WIDTH.least, (shown == -1 and vim.o.columns or vim.api.nvim_win_get_width(shown)) - WIDTH.margin)
end

--- The lines of the bar, and the column (from 0) of its knob, in cells.
---@param moment table?
---@param cells integer
---@return string[] lines
---@return integer knob
function M.render(moment, cells)
  local is_past = moment and (moment.kind == "statement" or moment.kind == "within")
  local part, text = 1, "At the end of the last run"
  if moment then
    local tick = is_past and moment.position.tick or moment.ticks
    part = is_past and (moment.position.tick - 1) / math.max(1, moment.ticks) or 1
    text = ("%s%s · %d of %d"):format(is_past and "The past: " or "", moment.text, tick, moment.ticks)
  end
  local knob = math.floor(part * (cells - 1) + 0.5)
  local bar = ("━"):rep(knob) .. "●" .. ("─"):rep(cells - 1 - knob)
  return { text, bar, HELP }, knob
end

--- Where the cursor is on the bar, as a part of the run.
---@return number
local function part_at_cursor()
  local cell = vim.fn.virtcol(".") - 1
  return math.min(1, cell / (width() - 1))
end

---@param bufnr integer
local function map(bufnr)
  local time = require("crush.time")
  local function set(key, does, what)
    vim.keymap.set("n", key, does, { buffer = bufnr, nowait = true, desc = what })
  end
  local function step(...)
    local words = { ... }
    return function()
      time.step(source, words, vim.v.count1)
    end
  end
  for key, words in pairs({ h = { "back" }, l = {}, H = { "event", "back" }, L = { "event" } }) do
    set(key, step(unpack(words)), "step " .. table.concat(words, " "))
  end
  set("<Left>", step("back"), "step back")
  set("<Right>", step(), "step forward")
  set("0", function()
    time.seek(source, 0)
  end, "to the beginning")
  set("$", function()
    time.seek(source, 1)
  end, "to the end")
  set("%", function()
    time.seek(source, vim.v.count / 100)
  end, "to a part of the run")
  local function to_cursor()
    if vim.api.nvim_win_get_cursor(0)[1] == 2 then
      time.seek(source, part_at_cursor())
    end
  end
  set("<CR>", to_cursor, "to the place of the cursor")
  set("<LeftRelease>", to_cursor, "to the place that was clicked")
  set("x", time.leave, "back to the end")
end

--- Draws the moment that is shown, when the bar is open.
function M.draw()
  if window() ~= -1 then
    M.fill()
  end
end

function M.fill()
  local moment = require("crush.time").moment(source)
  local cells = width()
  local lines, knob = M.render(moment, cells)
  local past = moment and lines[1]:find("^The past") and "CrushMoment" or "CrushArenaTitle"
  local first, behind = knob * #"━", knob * #"━" + #"●"
  local marks = {
    { 0, 0, #lines[1], past },
    { 1, 0, first, "CrushArenaShared" },
    { 1, first, behind, "CrushArenaTitle" },
    { 1, behind, #lines[2], "CrushArenaHelp" },
    { 2, 0, #lines[3], "CrushArenaHelp" },
  }
  scratch.draw(NAME, lines, marks, { split = "botright 3split", filetype = "crushtime", map = map })
  local shown = window()
  if shown ~= -1 then
    vim.wo[shown].winfixheight = true
    vim.api.nvim_win_set_cursor(shown, { 2, first })
  end
end

--- Opens the bar for a buffer, and goes into it.
---@param bufnr integer
function M.open(bufnr)
  if vim.bo[bufnr].filetype ~= "crushtime" then
    source = bufnr
  end
  M.fill()
  vim.api.nvim_set_current_win(window())
end

return M
