--- Stepping back and forth through the last run, and evaluating in it.
local M = {}

local namespace = vim.api.nvim_create_namespace("crush.time")

--- The error of a request about a session that is over.
local OVER = -32801

---@class crush.Time
---@field bufnr integer
---@field moment table

local shown ---@type crush.Time?
--- Commands follow one another, however fast they come: one is under way at a time.
local waiting = {} ---@type function[]
local busy = false

local function next_command()
  local command = table.remove(waiting, 1)
  busy = command ~= nil
  if command then
    command()
  end
end

local function in_turn(command)
  waiting[#waiting + 1] = command
  if not busy then
    next_command()
  end
end

local function say(message)
  vim.notify("crush: " .. message, vim.log.levels.WARN)
end

--- Asks the server, and hands over what it says.
local function ask(bufnr, method, params, after)
  local client = require("crush.client").of(bufnr)
  if not client then
    return next_command()
  end
  client:request(method, params, function(failure, result)
    after(failure, result)
  end, bufnr)
end

local function draw()
  if not shown then
    return
  end
  local bufnr, moment = shown.bufnr, shown.moment
  vim.api.nvim_buf_clear_namespace(bufnr, namespace, 0, -1)
  local last = vim.api.nvim_buf_line_count(bufnr)
  for _, line in ipairs(moment.lines) do
    if line.line < last then
      vim.api.nvim_buf_set_extmark(bufnr, namespace, line.line, 0, {
        virt_text = { { "  " .. line.text, "CrushValue" } },
        virt_text_pos = "eol",
        hl_mode = "combine",
      })
    end
  end
  for _, frame in ipairs(moment.frames) do
    local line = frame.range.start.line
    if frame.uri ~= vim.NIL and vim.uri_to_bufnr(frame.uri) == bufnr and line < last then
      vim.api.nvim_buf_set_extmark(bufnr, namespace, line, 0, { line_hl_group = "CrushMoment", priority = 60 })
      for _, window in ipairs(vim.fn.win_findbuf(bufnr)) do
        vim.api.nvim_win_set_cursor(window, { line + 1, 0 })
      end
      break
    end
  end
end

--- Leaves the moment: the values of the last run stand beside the lines again.
function M.leave()
  if not shown then
    return
  end
  local bufnr, session = shown.bufnr, shown.moment.session
  shown = nil
  if vim.api.nvim_buf_is_loaded(bufnr) then
    vim.api.nvim_buf_clear_namespace(bufnr, namespace, 0, -1)
  end
  require("crush.values").hide(nil)
  local client = vim.lsp.get_clients({ bufnr = bufnr, name = "crush" })[1]
  if client then
    client:request("crush/time/close", { session = session }, function() end, bufnr)
  end
end

local function show(bufnr, moment)
  if not shown or shown.bufnr ~= bufnr then
    M.leave()
    vim.api.nvim_create_autocmd({ "TextChanged", "TextChangedI" }, {
      group = vim.api.nvim_create_augroup("crush.time", {}),
      buffer = bufnr,
      once = true,
      callback = M.leave,
    })
  end
  shown = { bufnr = bufnr, moment = moment }
  require("crush.values").hide(bufnr)
  draw()
  vim.api.nvim_echo({ { ("crush: %s (%s of %d)"):format(moment.text, M.status(), moment.ticks) } }, false, {})
end

--- For a status line: where in the run the moment is that is shown, or "".
---@return string
function M.status()
  if not shown then
    return ""
  end
  local moment = shown.moment
  local is_over = moment.kind == "finished" or moment.kind == "faulted"
  return tostring(is_over and moment.ticks or moment.position.tick)
end

--- The moment that is shown.
---@return table?
function M.moment()
  return shown and shown.moment
end

local function open(bufnr, after)
  local params = { textDocument = vim.lsp.util.make_text_document_params(bufnr) }
  ask(bufnr, "crush/time/open", params, function(failure, moment)
    if failure then
      say(failure.message)
      return next_command()
    end
    after(moment)
  end)
end

local function step_from(bufnr, moment, step, direction, may_open)
  local params = { session = moment.session, position = moment.position, step = step, direction = direction }
  ask(bufnr, "crush/time/step", params, function(failure, there)
    if failure and failure.code == OVER and may_open then
      return open(bufnr, function(anew)
        step_from(bufnr, anew, step, direction, false)
      end)
    end
    if failure then
      say(failure.message)
    else
      show(bufnr, there)
    end
    next_command()
  end)
end

--- Makes a step. The first one begins at the end of the run: from there, it goes back.
---@param bufnr integer
---@param words string[] of "into", "over", "out", "event"; "back"; or "leave" alone
function M.step(bufnr, words)
  if vim.tbl_contains(words, "leave") then
    return in_turn(function()
      M.leave()
      next_command()
    end)
  end
  local step, direction = "into", "forward"
  for _, word in ipairs(words) do
    if word == "back" then
      direction = "back"
    elseif vim.tbl_contains({ "into", "over", "out", "event" }, word) then
      step = word
    else
      return say(("there is no step %q"):format(word))
    end
  end
  in_turn(function()
    if shown and shown.bufnr == bufnr then
      return step_from(bufnr, shown.moment, step, direction, true)
    end
    open(bufnr, function(moment)
      step_from(bufnr, moment, step, direction, false)
    end)
  end)
end

--- Evaluates a text at the moment that is shown, or when a line (from 1) last ran. Nothing of it stays.
---@param bufnr integer
---@param text string
---@param line integer
function M.evaluate(bufnr, text, line)
  local params = { textDocument = vim.lsp.util.make_text_document_params(bufnr), text = text }
  if shown and shown.bufnr == bufnr then
    params.session, params.position = shown.moment.session, shown.moment.position
  else
    params.line = line - 1
  end
  in_turn(function()
    ask(bufnr, "crush/evaluate", params, function(failure, result)
      if failure then
        say(failure.message)
      else
        local lines = { "── " .. result.text .. " ──" }
        lines[#lines + 1] = result.value ~= vim.NIL and result.value.value or "fault: " .. result.reason
        for _, printed in ipairs(result.output ~= "" and vim.split(result.output:gsub("\n$", ""), "\n") or {}) do
          lines[#lines + 1] = "» " .. printed
        end
        for _, change in ipairs(result.changes) do
          lines[#lines + 1] = ("%s #%d %s %s"):format(change.what, change.slot, change.kind, change.preview)
        end
        for index, each in ipairs(lines) do
          lines[index] = (each:gsub("[\r\n]+", "⏎"))
        end
        require("crush.scratch").show("crush://evaluated", lines, { split = "botright 6split" })
      end
      next_command()
    end)
  end)
end

--- What has run again has another past.
---@param bufnr integer
---@param evaluation table
function M.evaluated(bufnr, evaluation)
  if shown and shown.bufnr == bufnr and evaluation.state ~= "running" then
    M.leave()
  end
end

M.namespace = namespace

return M
