--- The values of the last run beside the lines. Extmarks keep them with their lines; an edit makes them stale.
local M = {}

local options = require("crush.options")
local namespace = vim.api.nvim_create_namespace("crush.values")

local GROUPS = { value = "CrushValue", output = "CrushOutput", fault = "CrushFault" }

---@class crush.State
---@field stale boolean
---@field evaluation table? the last one that finished or faulted
---@field running boolean

local states = {} ---@type table<integer, crush.State>
local hidden ---@type integer? the buffer where the values of another moment stand

--- A fault has the line to itself, and its end says who holds the borrow: it may be twice as long.
---@param line table
---@return string
local function shorten(line)
  local flat = line.text:gsub("%s*[\r\n]+%s*", " ⏎ ")
  local maximum = options.get().maximum_length * (line.kind == "fault" and 2 or 1)
  if vim.fn.strchars(flat) <= maximum then
    return flat
  end
  return vim.fn.strcharpart(flat, 0, maximum - 1) .. "…"
end

---@param bufnr integer
---@param line table
local function place(bufnr, line)
  local text = vim.api.nvim_buf_get_lines(bufnr, line.line, line.line + 1, false)[1]
  if not text then
    return
  end
  -- From the first character on: Enter in front of the statement takes the value down, and it goes with its line.
  local start = math.min(#text:match("^%s*"), #text)
  vim.api.nvim_buf_set_extmark(bufnr, namespace, line.line, start, {
    end_row = line.line,
    end_col = #text,
    virt_text = { { "  " .. shorten(line), GROUPS[line.kind] or "CrushValue" } },
    virt_text_pos = "eol",
    hl_mode = "combine",
    line_hl_group = line.kind == "fault" and "CrushFaultLine" or nil,
    invalidate = true,
    undo_restore = true,
    priority = 50,
  })
end

--- Draws every mark again where it is now, dimmed.
---@param bufnr integer
local function dim(bufnr)
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(bufnr, namespace, 0, -1, { details = true })) do
    local id, row, column, details = mark[1], mark[2], mark[3], mark[4]
    if not details.invalid then
      vim.api.nvim_buf_set_extmark(bufnr, namespace, row, column, {
        id = id,
        end_row = details.end_row,
        end_col = details.end_col,
        virt_text = { { details.virt_text[1][1], "CrushValueStale" } },
        virt_text_pos = "eol",
        hl_mode = "combine",
        invalidate = true,
        undo_restore = true,
        priority = 50,
      })
    end
  end
end

---@param bufnr integer
local function draw(bufnr)
  vim.api.nvim_buf_clear_namespace(bufnr, namespace, 0, -1)
  local state = states[bufnr]
  if not state or not state.evaluation or not options.get().values or bufnr == hidden then
    return
  end
  for _, line in ipairs(state.evaluation.lines) do
    place(bufnr, line)
  end
end

---@param bufnr integer
local function make_stale(bufnr)
  local state = states[bufnr]
  if state and state.evaluation and not state.stale then
    state.stale = true
    dim(bufnr)
  end
end

--- Watches the buffer for edits, once.
---@param bufnr integer
function M.attach(bufnr)
  if states[bufnr] then
    return
  end
  states[bufnr] = { stale = false, running = false }
  vim.api.nvim_buf_attach(bufnr, false, {
    on_lines = function()
      if not states[bufnr] then
        return true
      end
      -- The text is still changing while this is called.
      vim.schedule(function()
        if vim.api.nvim_buf_is_loaded(bufnr) then
          make_stale(bufnr)
        end
      end)
    end,
    on_detach = function()
      states[bufnr] = nil
    end,
  })
end

---@param bufnr integer
---@param evaluation table
function M.evaluated(bufnr, evaluation)
  if not vim.api.nvim_buf_is_loaded(bufnr) then
    return
  end
  M.attach(bufnr)
  local state = states[bufnr]
  state.running = evaluation.state == "running"
  if evaluation.state ~= "finished" and evaluation.state ~= "faulted" then
    make_stale(bufnr)
    return
  end
  local version = vim.lsp.util.buf_versions[bufnr]
  if version and evaluation.version ~= version then
    -- Edited meanwhile: these lines are of a text that is gone.
    make_stale(bufnr)
    return
  end
  state.evaluation = evaluation
  state.stale = false
  draw(bufnr)
end

--- Hides the values of a buffer while those of another moment stand there; of none, to show all again.
---@param bufnr integer?
function M.hide(bufnr)
  local before = hidden
  hidden = bufnr
  for _, changed in ipairs({ before or false, bufnr or false }) do
    if changed and states[changed] then
      draw(changed)
      if states[changed].stale then
        dim(changed)
      end
    end
  end
end

function M.toggle()
  local chosen = options.get()
  chosen.values = not chosen.values
  for bufnr in pairs(states) do
    draw(bufnr)
    local state = states[bufnr]
    if state.stale then
      dim(bufnr)
    end
  end
end

--- What the last run of the buffer printed and how it ended.
---@param bufnr integer
---@return table?
function M.last(bufnr)
  return states[bufnr] and states[bufnr].evaluation
end

--- For a status line: "running", "finished", "faulted", with " (stale)" after an edit, or "".
---@param bufnr? integer
---@return string
function M.status(bufnr)
  local state = states[bufnr or vim.api.nvim_get_current_buf()]
  if not state then
    return ""
  end
  if state.running then
    return "running"
  end
  return state.evaluation and (state.evaluation.state .. (state.stale and " (stale)" or "")) or ""
end

M.namespace = namespace

return M
