--- Stepping back and forth through the last run, and evaluating in it.
local M = {}

--- The tick of the end, whatever the run.
local END = 9007199254740991

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

--- The views of the arena are of the moment that is shown.
local function follow()
  require("crush.slider").draw()
  require("crush.arena").moved()
  require("crush.heap").moved()
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
  follow()
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
  follow()
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

--- The moment that is shown; of a buffer, when one is given.
---@param bufnr? integer
---@return table?
function M.moment(bufnr)
  return shown and (bufnr == nil or bufnr == shown.bufnr) and shown.moment or nil
end

--- The buffer whose past is shown.
---@return integer?
function M.bufnr()
  return shown and shown.bufnr
end

local function open(bufnr, after, line)
  local params = { textDocument = vim.lsp.util.make_text_document_params(bufnr), line = line }
  ask(bufnr, "crush/time/open", params, function(failure, moment)
    if failure then
      say(failure.message)
      return next_command()
    end
    after(moment)
  end)
end

--- Goes from a moment to the one that a request gives. A session that is over is opened again, once.
local function go_from(bufnr, moment, request, may_open)
  local method, params = request(moment)
  ask(bufnr, method, params, function(failure, there)
    if failure and failure.code == OVER and may_open then
      return open(bufnr, function(anew)
        go_from(bufnr, anew, request, false)
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

--- Goes from the moment that is shown, or from the end.
local function go(bufnr, request)
  in_turn(function()
    if shown and shown.bufnr == bufnr then
      return go_from(bufnr, shown.moment, request, true)
    end
    open(bufnr, function(moment)
      go_from(bufnr, moment, request, false)
    end)
  end)
end

local function leave_in_turn()
  in_turn(function()
    M.leave()
    next_command()
  end)
end

--- Makes a step, or several. The first one begins at the end of the run: from there, it goes back.
---@param bufnr integer
---@param words string[] of "into", "over", "out", "event"; "back"; or "leave" alone
---@param count? integer
function M.step(bufnr, words, count)
  if vim.tbl_contains(words, "leave") then
    return leave_in_turn()
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
  for _ = 1, count or 1 do
    go(bufnr, function(moment)
      local params = { session = moment.session, position = moment.position, step = step, direction = direction }
      return "crush/time/step", params
    end)
  end
end

--- Goes to a part of the run, from 0 to 1.
---@param bufnr integer
---@param part number
function M.seek(bufnr, part)
  M.seek_tick(bufnr, function(ticks)
    return 1 + math.floor(math.max(0, part) * ticks + 0.5)
  end)
end

--- Goes to the tick that a function makes of how many there are: beyond them is the end.
---@param bufnr integer
---@param tick_of fun(ticks: integer): integer
function M.seek_tick(bufnr, tick_of)
  go(bufnr, function(moment)
    local tick = math.max(1, tick_of(moment.ticks))
    local position = { tick = tick > moment.ticks and END or tick, step = 0 }
    return "crush/time/seek", { session = moment.session, position = position }
  end)
end

--- Goes to where a word says: `12` is a tick, `40%` a part of the run, `+3` and `-3` lines from here, `start` and `end`.
---@param bufnr integer
---@param word string
function M.seek_word(bufnr, word)
  local percent, sign, number = word:match("^(%d+)%%$"), word:match("^([+-])%d+$"), tonumber(word:match("%d+"))
  if word == "start" or word == "end" then
    M.seek(bufnr, word == "start" and 0 or 1)
  elseif percent then
    M.seek(bufnr, number / 100)
  elseif sign then
    M.step(bufnr, sign == "-" and { "back" } or {}, number)
  elseif number and word:match("^%d+$") then
    M.seek_tick(bufnr, function()
      return number
    end)
  else
    say(("%q is no moment: a number, 40%%, +3, -3, start, end"):format(word))
  end
end

--- Goes to where the object of a variable was changed, or borrowed, last: before the moment that is shown, or before the
--- line (from 1) was come to last.
---@param bufnr integer
---@param method "lastChange" | "borrowedWhen"
---@param name string
---@param line integer
function M.trace(bufnr, method, name, line)
  local function object_of(moment)
    for _, frame in ipairs(moment.frames) do
      for _, held in ipairs(frame.variables) do
        if held.name == name and held.object ~= vim.NIL then
          return held.object
        end
      end
    end
  end
  local function trace_from(moment)
    local object = object_of(moment)
    if not object then
      show(bufnr, moment)
      say(("`%s` holds no object at this moment"):format(name))
      return next_command()
    end
    local params = { session = moment.session, position = moment.position, object = object }
    ask(bufnr, "crush/time/" .. method, params, function(failure, event)
      if failure or event == vim.NIL then
        show(bufnr, moment)
        local verb = method == "lastChange" and "changed" or "borrowed"
        say(failure and failure.message or ("#%d was not %s before this moment"):format(object.slot, verb))
        return next_command()
      end
      local holder = event.holder ~= vim.NIL and " by " .. event.holder or ""
      local at = event.range ~= vim.NIL and (" on line %d"):format(event.range.start.line + 1) or ""
      go_from(bufnr, moment, function(from)
        return "crush/time/seek", { session = from.session, position = event.position }
      end, false)
      vim.notify(("crush: #%d was %s%s%s"):format(object.slot, event.what, holder, at))
    end)
  end
  in_turn(function()
    if shown and shown.bufnr == bufnr then
      return trace_from(shown.moment)
    end
    open(bufnr, trace_from, line - 1)
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
