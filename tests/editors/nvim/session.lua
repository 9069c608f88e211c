-- Drives the plugin in a headless Neovim, and asserts on what a user sees. One session a process:
-- nvim --headless --clean -u init.lua -c "luafile session.lua", with CRUSH_SESSION its name.

local DEADLINE = 30000

--- Waits until `condition` gives something true, and returns it.
local function wait(what, condition)
  local result
  local ok = vim.wait(DEADLINE, function()
    result = condition()
    return result ~= nil and result ~= false
  end, 20)
  if not ok then
    error("waited in vain for " .. what, 2)
  end
  return result
end

local function step(what)
  io.stdout:write("    " .. what .. "\n")
end

local function check(condition, message)
  if not condition then
    error(message, 2)
  end
end

local function open(name)
  vim.cmd.edit(vim.fn.fnameescape(vim.fs.joinpath(vim.env.CRUSH_WORKSPACE, name)))
  return vim.api.nvim_get_current_buf()
end

--- The first line (from 1) with the text.
local function line_of(text)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    if line:find(text, 1, true) then
      return number
    end
  end
  error("no line with " .. text, 2)
end

local function go(line, column)
  vim.api.nvim_win_set_cursor(0, { line, column or 0 })
end

--- Types as a user: mappings count, and everything typed has happened on return.
local function type_keys(keys)
  vim.api.nvim_feedkeys(vim.keycode(keys), "xt", false)
end

local function client()
  return vim.lsp.get_clients({ bufnr = 0, name = "crush" })[1]
end

local function diagnostics(line)
  return vim.tbl_filter(function(diagnostic)
    return diagnostic.lnum == line - 1
  end, vim.diagnostic.get(0))
end

--- The values shown now: by line (from 1) their text and highlight group.
local function values()
  local shown = {}
  local namespace = require("crush.values").namespace
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { details = true })) do
    if not mark[4].invalid then
      shown[mark[2] + 1] = { text = mark[4].virt_text[1][1], group = mark[4].virt_text[1][2] }
    end
  end
  return shown
end

local function value_at(line)
  local value = values()[line]
  return value and value.text
end

--- What is on the screen, as text: a picture that needs no terminal.
local function screen()
  vim.cmd.redraw()
  local rows = {}
  for row = 1, vim.o.lines do
    local cells = {}
    for column = 1, vim.o.columns do
      cells[column] = vim.fn.screenstring(row, column)
    end
    rows[row] = (table.concat(cells):gsub("%s+$", ""))
  end
  return table.concat(rows, "\n")
end

local function picture(name)
  local path = vim.fs.joinpath(vim.env.CRUSH_SCREENSHOTS, name .. ".txt")
  local file = assert(io.open(path, "w"))
  file:write(screen(), "\n")
  file:close()
end

local function window_showing(pattern)
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    local text = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), "\n")
    if vim.api.nvim_win_get_config(window).relative ~= "" and text:find(pattern) then
      return window
    end
  end
end

local function attached()
  wait("the server", function()
    return client() and client().initialized
  end)
end

local sessions = {}

sessions["main-job"] = function()
  open("inventory.crush")
  check(vim.bo.filetype == "crush", "filetype: " .. vim.bo.filetype)
  attached()
  local conflict = line_of("items.push(")

  step("highlighting")
  check(vim.treesitter.highlighter.active[vim.api.nvim_get_current_buf()], "tree-sitter highlights the buffer")
  vim.treesitter.get_parser(0, "crush"):parse(true)
  local function captures(line, column)
    return vim.iter(vim.treesitter.get_captures_at_pos(0, line - 1, column))
      :map(function(capture)
        return capture.capture
      end)
      :totable()
  end
  local function has(line, column, prefix)
    local found = captures(line, column)
    for _, name in ipairs(found) do
      if vim.startswith(name, prefix) then
        return
      end
    end
    error(("no @%s at %d:%d but %s"):format(prefix, line, column, vim.inspect(found)), 2)
  end
  has(1, 0, "comment")
  has(line_of("fn worth"), 0, "keyword")
  has(line_of("fn worth"), 3, "function")
  has(line_of('name: "lamp"'), 19, "string")

  step("the conflict, with the place of the borrow")
  local report = wait("the conflict", function()
    return diagnostics(conflict)[1]
  end)
  check(report.severity == vim.diagnostic.severity.ERROR, "the conflict is an error")
  check(report.source == "crush", "its source: " .. tostring(report.source))
  local related = vim.tbl_get(report, "user_data", "lsp", "relatedInformation") or {}
  check(#related > 0, "the conflict has related places")
  check(related[1].location.range.start.line + 1 == line_of("let shelf ="), "the place of the borrow")
  for _, diagnostic in ipairs(vim.diagnostic.get(0, { severity = vim.diagnostic.severity.ERROR })) do
    check(diagnostic.lnum + 1 == conflict, "an error where none is: " .. diagnostic.message)
  end

  step("hover")
  go(line_of("let items = ["), 4)
  vim.lsp.buf.hover()
  local float = wait("the hover", function()
    return window_showing("items")
  end)
  vim.api.nvim_win_close(float, true)

  step("inlay hints of borrows")
  local function hint_with(text)
    return vim.iter(vim.lsp.inlay_hint.get({ bufnr = 0 })):find(function(hint)
      local label = hint.inlay_hint.label
      label = type(label) == "string" and label or vim.iter(label):fold("", function(all, part)
        return all .. part.value
      end)
      return label:find(text, 1, true) ~= nil
    end)
  end
  wait("what shelf is", function()
    return hint_with("shared borrow of items")
  end)
  local ends = wait("where list ends", function()
    return hint_with("borrow list ends")
  end)
  check(ends.inlay_hint.position.line + 1 == line_of("return sum") + 1, "it ends with its function")

  step("symbols")
  local symbols
  vim.lsp.buf.document_symbol({
    on_list = function(list)
      symbols = vim.iter(list.items)
        :map(function(item)
          return item.text
        end)
        :join("\n")
    end,
  })
  wait("the symbols", function()
    return symbols
  end)
  for _, name in ipairs({ "Item", "worth", "restock" }) do
    check(symbols:find(name, 1, true), name .. " is not among the symbols:\n" .. symbols)
  end

  step("go to definition")
  go(line_of('restock(items, "rope"'), 2)
  vim.lsp.buf.definition()
  wait("the jump", function()
    return vim.api.nvim_win_get_cursor(0)[1] == line_of("fn restock")
  end)

  step("an error typed, seen, undone")
  go(line_of('print("worth'))
  type_keys("Olet = 1<Esc>")
  local typed = line_of("let =")
  wait("the error", function()
    return diagnostics(typed)[1] or diagnostics(typed + 1)[1]
  end)
  vim.cmd.undo()
  wait("its end", function()
    return vim.iter(vim.diagnostic.get(0, { severity = vim.diagnostic.severity.ERROR })):all(function(diagnostic)
      return diagnostic.lnum + 1 == conflict
    end)
  end)

  step("nothing has run before the first save")
  check(vim.tbl_isempty(values()), "values before a save: " .. vim.inspect(values()))

  step("save: values beside the lines and the fault")
  vim.cmd.write()
  wait("the values", function()
    return (value_at(line_of("let items = [")) or ""):find("items")
  end)
  check((value_at(line_of('print("worth')) or ""):find("300"), "what was printed: " .. vim.inspect(values()))
  local fault = wait("the fault as a diagnostic", function()
    return vim.iter(diagnostics(conflict)):find(function(diagnostic)
      return diagnostic.message:find("^BorrowError") ~= nil
    end)
  end)
  local taken = vim.tbl_get(fault, "user_data", "lsp", "relatedInformation", 1)
  check(taken and taken.location.range.start.line + 1 == line_of("let shelf ="), "the place where the borrow was taken")
  check(values()[conflict] and values()[conflict].group == "CrushFault", "the fault beside its line: " .. vim.inspect(values()))
  picture("nvim-main")

  step("the arena")
  vim.cmd.CrushArena()
  local arena = wait("the arena", function()
    local bufnr = vim.fn.bufnr("crush://arena")
    return bufnr ~= -1 and #vim.api.nvim_buf_get_lines(bufnr, 0, -1, false) > 4 and bufnr
  end)
  local text = table.concat(vim.api.nvim_buf_get_lines(arena, 0, -1, false), "\n")
  check(text:find("fault"), "the moment:\n" .. text)
  check(text:find("array.*& ×1.*items"), "the borrowed array:\n" .. text)
  check(text:find("shared borrow by shelf"), "who borrows it:\n" .. text)
  picture("nvim-arena")

  step("from the arena to the source")
  vim.api.nvim_set_current_win(vim.fn.bufwinid(arena))
  for number, line in ipairs(vim.api.nvim_buf_get_lines(arena, 0, -1, false)) do
    if line:find("borrow by shelf") then
      go(number)
    end
  end
  type_keys("<CR>")
  wait("the jump", function()
    return vim.fn.expand("%:t") == "inventory.crush" and vim.api.nvim_win_get_cursor(0)[1] == line_of("let shelf =")
  end)

  step("the arena filtered")
  vim.cmd.CrushArena("lamp")
  wait("the filter", function()
    local lines = table.concat(vim.api.nvim_buf_get_lines(arena, 0, -1, false), "\n")
    return lines:find("filter “lamp”") and lines:find("lamp.-\n")
  end)

  step("an edit moves the values and dims them")
  local before = line_of('print("worth')
  vim.api.nvim_buf_set_lines(0, 0, 0, false, { "// one more line" })
  wait("the value dimmed on its new line", function()
    local value = values()[before + 1]
    return value and value.group == "CrushValueStale" and value.text:find("300")
  end)
  vim.cmd.undo()

  step("the conflict mended: the run finishes")
  local shelf, print_shelf = line_of("let shelf ="), line_of('print("on the shelf')
  vim.api.nvim_buf_set_lines(0, print_shelf - 1, print_shelf, false, {})
  vim.api.nvim_buf_set_lines(0, shelf - 1, shelf, false, {})
  vim.cmd.write()
  wait("the end of the run", function()
    return require("crush.values").status() == "finished"
  end)
  wait("no error left", function()
    return #vim.diagnostic.get(0, { severity = vim.diagnostic.severity.ERROR }) == 0
  end)
end

sessions["run-command"] = function()
  open("orders.crush")
  attached()
  step("run by command")
  vim.cmd.CrushRun()
  wait("the end of the run", function()
    return require("crush.values").status() == "finished"
  end)
  check((value_at(line_of("print(")) or ""):find("Grace, Edsger, Ada"), vim.inspect(values()))
  step("its output")
  vim.cmd.CrushOutput()
  local output = table.concat(vim.api.nvim_buf_get_lines(vim.fn.bufnr("crush://output"), 0, -1, false), "\n")
  check(output:find("packed: %[Grace, Edsger, Ada%]"), output)
  step("a large heap comes in pages")
  open("many.crush")
  attached()
  vim.cmd.write()
  wait("the end of the run", function()
    return require("crush.values").status() == "finished"
  end)
  vim.cmd.CrushArena()
  local function shows(text)
    local bufnr = vim.fn.bufnr("crush://arena")
    local lines = bufnr ~= -1 and vim.api.nvim_buf_get_lines(bufnr, 0, -1, false) or {}
    return table.concat(lines, "\n"):find(text, 1, true) ~= nil
  end
  wait("the first page", function()
    return shows("(200 of ")
  end)
  vim.api.nvim_set_current_win(vim.fn.bufwinid(vim.fn.bufnr("crush://arena")))
  type_keys("m")
  wait("all of it", function()
    return shows("[299, 89401]") and not shows("are shown")
  end)
  type_keys("q")
  step("polyglot")
  open("polyglot.crush")
  local parser = vim.treesitter.get_parser(0, "crush")
  parser:parse(true)
  check(not parser:trees()[1]:root():has_error(), "the program parses without an error")
  step("health")
  vim.cmd("checkhealth crush")
  local report = wait("the report", function()
    local lines = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
    return lines:find("highlighting") and lines
  end)
  check(report:find("from option"), report)
  check(not report:find("ERROR"), report)
end

sessions["untrusted"] = function()
  open("inventory.crush")
  attached()
  step("saved, and nothing has run")
  wait("the analysis", function()
    return diagnostics(line_of("items.push("))[1]
  end)
  vim.cmd.write()
  -- The answer to a request made after the save comes after whatever the save would have started.
  local position = { textDocument = { uri = vim.uri_from_bufnr(0) }, position = { line = 20, character = 5 } }
  check(client():request_sync("textDocument/hover", position, DEADLINE), "the server answers")
  check(vim.tbl_isempty(values()), "values in an untrusted folder: " .. vim.inspect(values()))
  step("asked to run, it says why not")
  local said = {}
  vim.notify = function(message)
    said[#said + 1] = message
  end
  require("crush.client").request(0, "crush/run", {})
  wait("the reason", function()
    return said[1] and said[1]:find("trust")
  end)
  step("trusted: it runs, and the decision is remembered")
  vim.cmd.CrushTrust()
  vim.cmd.write()
  wait("a value", function()
    return value_at(line_of("let items = ["))
  end)
  check(require("crush.trust").decided(vim.env.CRUSH_WORKSPACE) == true, "remembered")
  check(require("crush.trust").decided("/") == nil, "for that folder alone")
end

sessions["asked"] = function()
  -- There is nobody at a headless editor: this stands for the user who answers.
  local questions = {}
  vim.api.nvim_list_uis = function()
    return { {} }
  end
  vim.ui.select = function(choices, details, answer)
    questions[#questions + 1] = details.prompt
    answer(choices[1], 1)
  end
  open("inventory.crush")
  attached()
  wait("the analysis", function()
    return diagnostics(line_of("items.push("))[1]
  end)
  step("opening does not ask")
  check(#questions == 0, vim.inspect(questions))
  step("the first save asks, and yes runs")
  vim.cmd.write()
  check(#questions == 1 and questions[1]:find("my shop"), vim.inspect(questions))
  wait("a value", function()
    return value_at(line_of("let items = ["))
  end)
  step("the second save does not ask again")
  vim.cmd.write()
  check(#questions == 1, vim.inspect(questions))
end

sessions["killed"] = function()
  open("inventory.crush")
  attached()
  wait("the conflict", function()
    return diagnostics(line_of("items.push("))[1]
  end)
  local first = client()
  local pids = vim.fn.systemlist({ "pgrep", "-f", "-P", tostring(vim.fn.getpid()), "crush-analyzer" })
  check(#pids == 1, "one server: " .. vim.inspect(pids))
  vim.uv.kill(tonumber(pids[1]) --[[@as integer]], "sigkill")
  wait("another server", function()
    return client() and client().id ~= first.id and client().initialized
  end)
  go(line_of('print("worth'))
  type_keys("Olet = 1<Esc>")
  local typed = line_of("let =")
  wait("a diagnostic by the successor", function()
    return diagnostics(typed)[1] or diagnostics(typed + 1)[1]
  end)
end

sessions["drawing"] = function()
  open("loans.crush")
  attached()
  local namespace = require("crush.borrows").namespace
  local groups = { CrushBorrowShared = "shared", CrushBorrowExclusive = "exclusive", CrushBorrowConflict = "conflict" }
  local function bars(kind)
    local lines = {}
    for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { details = true })) do
      if groups[mark[4].sign_hl_group] == kind then
        lines[#lines + 1] = mark[2] + 1
      end
    end
    return lines
  end
  local function are(kind, first, last)
    return wait(kind .. " bars", function()
      local found = bars(kind)
      return found[1] == first and found[#found] == last and #found == last - first + 1
    end)
  end

  step("a conflict is drawn wherever the cursor is")
  are("conflict", line_of("let shelf ="), line_of("stock.push("))

  step("the borrows of the variable under the cursor")
  go(line_of("fn stocktaking(rows)"), 16)
  vim.api.nvim_exec_autocmds("CursorMoved", { buffer = 0 })
  are("shared", line_of("let seen ="), line_of("drop(seen)"))
  are("exclusive", line_of("let writer ="), line_of("drop(writer)"))
  local taken = vim.iter(vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, { details = true })):find(function(mark)
    return mark[4].hl_group == "CrushBorrowExclusiveTaken"
  end)
  local text = vim.api.nvim_buf_get_lines(0, taken[2], taken[2] + 1, false)[1]:sub(taken[3] + 1, taken[4].end_col)
  check(text == "&mut rows", "underlined: " .. text)
  picture("nvim-borrows")

  step("off and on")
  vim.cmd.CrushBorrows("off")
  check(#vim.api.nvim_buf_get_extmarks(0, namespace, 0, -1, {}) == 0, "nothing is drawn")
  go(1)
  vim.cmd.CrushBorrows("always")
  wait("all borrows of the text", function()
    return bars("shared")[1] == line_of("let seen =") and #bars("exclusive") > 0
  end)

  step("the heap")
  open("family.crush")
  attached()
  vim.cmd.write()
  wait("the end of the run", function()
    return require("crush.values").status() == "faulted"
  end)
  vim.cmd.CrushHeap()
  local function heap()
    local bufnr = vim.fn.bufnr("crush://heap")
    return bufnr ~= -1 and table.concat(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), "\n") or ""
  end
  wait("the picture", function()
    return heap():find("reader ─▶ &#%d+") and heap():find("┌ #%d+ Person") and heap():find("name \"Ada\"")
  end)
  picture("nvim-heap")
  vim.api.nvim_set_current_win(vim.fn.bufwinid(vim.fn.bufnr("crush://heap")))
  vim.fn.search("name \"Ada\"")
  type_keys("a")
  check(vim.api.nvim_win_get_cursor(0)[1] == line_of('name: "Ada"'), "where it was allocated")
end

sessions["time"] = function()
  open("orders.crush")
  attached()
  vim.cmd.write()
  wait("the end of the run", function()
    return require("crush.values").status() == "finished"
  end)
  local packed = line_of("let packed")
  local time = require("crush.time")
  local function moment(pattern)
    wait("the moment " .. pattern, function()
      return time.moment() and time.moment().text:find(pattern)
    end)
  end
  local function then_at(line)
    for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, time.namespace, 0, -1, { details = true })) do
      if mark[2] == line - 1 and mark[4].virt_text then
        return mark[4].virt_text[1][1]
      end
    end
  end

  step("back by line, to where less was packed")
  vim.cmd.CrushStep("back")
  moment("before line " .. line_of("print(") .. " of main")
  check(vim.api.nvim_win_get_cursor(0)[1] == line_of("print("), "the cursor follows")
  check(not value_at(packed), "the values of the last run are hidden")
  vim.cmd.CrushStep("back")
  vim.cmd.CrushStep("back")
  vim.cmd.CrushStep({ args = { "back", "event" } })
  wait("the value as it was", function()
    return (then_at(packed) or ""):find("packed = #%d+ %[Grace, Edsger%]")
  end)
  picture("nvim-time")

  step("what a text gives then, and leaving")
  vim.cmd.CrushEval("len(packed)")
  wait("the value", function()
    local bufnr = vim.fn.bufnr("crush://evaluated")
    return bufnr ~= -1 and vim.api.nvim_buf_get_lines(bufnr, 1, 2, false)[1] == "2"
  end)
  vim.cmd.CrushStep("leave")
  wait("the values of the last run", function()
    return not time.moment() and value_at(packed)
  end)
  check(not then_at(packed), "nothing of the moment is left")
  vim.cmd.CrushStep("back")
  moment("before line")
  vim.api.nvim_buf_set_lines(0, 0, 0, false, { "// edited" })
  vim.cmd.doautocmd("TextChanged")
  check(not time.moment(), "an edit leaves the moment")
end

sessions["slider"] = function()
  open("family.crush")
  attached()
  vim.cmd.write()
  wait("the fault", function()
    return require("crush.values").status() == "faulted"
  end)
  local program = vim.api.nvim_get_current_win()
  local people, shelf, push = line_of("let people"), line_of("let shelf"), line_of("people.push")
  local time = require("crush.time")
  local function text_of(name)
    local bufnr = vim.fn.bufnr(name)
    return bufnr ~= -1 and table.concat(vim.api.nvim_buf_get_lines(bufnr, 0, -1, false), "\n") or ""
  end
  local function shows(name, ...)
    for _, pattern in ipairs({ ... }) do
      wait(name .. " shows " .. pattern, function()
        return text_of(name):find(pattern)
      end)
    end
  end
  vim.cmd.CrushHeap()
  shows("crush://heap", "reader ─▶ &#%d+")
  vim.cmd.CrushArena()
  shows("crush://arena", "fault")

  step("the bar, and keys with counts")
  vim.cmd.CrushTime()
  shows("crush://time", "^At the end of the last run\n[━]+●\n")
  type_keys("h")
  shows("crush://time", "^The past: before line " .. push .. " of main · %d+ of %d+\n[━]+●[─]*\n")
  type_keys("2h")
  shows("crush://time", "before line " .. shelf .. " of main")
  check(vim.api.nvim_win_get_cursor(program)[1] == shelf, "the program follows")

  step("the heap and the arena are of that moment")
  shows("crush://heap", "^The heap before line " .. shelf .. " of main", "people ─▶ #")
  shows("crush://arena", "before line " .. shelf .. " of main")
  check(not text_of("crush://heap"):find("reader"), text_of("crush://heap"))
  picture("nvim-slider")

  step("anywhere: by part, by command, by the place of the cursor")
  type_keys("0")
  shows("crush://time", " · 1 of %d+\n●[─]+\n")
  type_keys("50%")
  shows("crush://time", "\n[━]+●[─]+\n")
  type_keys("$")
  shows("crush://time", "^at the fault, line %d+ of main")
  vim.api.nvim_win_set_cursor(0, { 2, 0 })
  type_keys("<CR>")
  shows("crush://time", " · 1 of %d+\n")
  vim.api.nvim_set_current_win(program)
  vim.cmd.CrushSeek("+1")
  shows("crush://time", " · [2-9] of %d+\n")
  vim.cmd.CrushSeek("end")
  shows("crush://time", "^at the fault")

  step("who changed it last, and back to the end")
  go(people, 4)
  vim.cmd.CrushChanged()
  shows("crush://time", "before line " .. people .. " of main")
  vim.cmd.CrushStep("leave")
  shows("crush://time", "^At the end of the last run")
  shows("crush://heap", "reader ─▶ &#%d+")
  shows("crush://arena", "fault")
end

sessions["missing"] = function()
  local said = {}
  vim.notify_once = function(message)
    said[#said + 1] = message
  end
  require("crush").setup({ server = "/nowhere/crush-analyzer" })
  open("inventory.crush")
  wait("the message", function()
    return said[1]
  end)
  check(said[1]:find("/nowhere/crush%-analyzer") and said[1]:find("setup"), said[1])
  check(not client(), "no client")
end

local tools = {
  wait = wait,
  step = step,
  check = check,
  open = open,
  line_of = line_of,
  attached = attached,
  picture = picture,
  values = values,
  value_at = value_at,
  go = go,
}
for _, file in ipairs({ "grants.lua", "debugging.lua", "nvim_dap.lua" }) do
  dofile(vim.fs.joinpath(vim.fs.dirname(debug.getinfo(1, "S").source:sub(2)), file))(sessions, tools)
end

local function run()
  local name = assert(vim.env.CRUSH_SESSION)
  local ok, message = xpcall(assert(sessions[name], "no session " .. name), debug.traceback)
  if not ok then
    pcall(picture, "nvim-failed-" .. name)
    io.stdout:write(message, "\n")
    vim.cmd("cquit! 1")
  end
  vim.cmd("qall!")
end

-- After the start, as a user's keys come: until then Neovim starts no servers again.
vim.api.nvim_create_autocmd("VimEnter", { once = true, callback = vim.schedule_wrap(run) })
