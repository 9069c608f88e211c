-- The session with the real nvim-dap, which has to be given: `cargo xtask e2e nvim --nvim-dap FOLDER`.

---@param sessions table<string, fun()>
---@param tools table the helpers of session.lua
return function(sessions, tools)
  local wait, step, check, go = tools.wait, tools.step, tools.check, tools.go

  local GROW = {
    "fn grow(xs, n) {",
    "  xs.push(n)",
    "  return len(xs)",
    "}",
    "let xs = [1]",
    "let n = 0",
    "while n < 4 {",
    "  n = grow(xs, n)",
    "  print(n)",
    "}",
    "let all = &xs",
    "xs.push(n)",
  }

  --- Writes a program into the workspace and opens it.
  local function program(name, lines)
    vim.fn.writefile(lines, vim.fs.joinpath(vim.env.CRUSH_WORKSPACE, name))
    return tools.open(name)
  end

  sessions["nvim-dap"] = function()
    local dap, widgets, repl = require("dap"), require("dap.ui.widgets"), require("dap.repl")
    local said, stops, seen = {}, {}, 0
    vim.notify = function(message)
      said[#said + 1] = message
    end
    -- Where it is when nvim-dap has looked at a stop.
    dap.listeners.after.event_stopped.session = function(_, body)
      stops[#stops + 1] = body.reason
    end
    --- The next stop: its reason, and the line that the cursor is in then.
    local function stopped()
      seen = seen + 1
      wait("a stop", function()
        local session = dap.session()
        local frame = session and session.current_frame
        return stops[seen] and session.stopped_thread_id and frame and frame.scopes and frame.line == vim.fn.line(".")
      end)
      return stops[seen] .. " " .. vim.fn.line(".")
    end
    local function stops_at(what, doing)
      dap.session().current_frame = nil
      doing()
      local there = stopped()
      check(there == what, there .. " instead of " .. what)
    end
    local function over()
      wait("the end of the session", function()
        return dap.session() == nil
      end)
      dap.clear_breakpoints()
    end
    --- All that the prompt's buffer has, if it has the text.
    local function in_prompt(text)
      for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
        if vim.bo[buffer].filetype == "dap-repl" then
          local all = table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), "\n")
          if all:find(text, 1, true) then
            return all
          end
        end
      end
    end
    local function evaluates(text, value)
      repl.execute(text)
      wait(value .. " for " .. text, function()
        return in_prompt("dap> " .. text .. "\n" .. value)
      end)
    end
    --- Opens a widget, waits until it shows a text, and closes it.
    local function shows(view, text)
      wait(text, function()
        return table.concat(vim.api.nvim_buf_get_lines(view.buf, 0, -1, false), "\n"):find(text, 1, true)
      end)
      view.close()
    end

    step("nothing is configured: the file of the buffer is debugged, to a breakpoint with a condition")
    program("grow.crush", GROW)
    go(8)
    dap.set_breakpoint("n == 2")
    dap.continue()
    check(stopped() == "breakpoint 8", "there")
    step("steps forward and back")
    stops_at("step 2", dap.step_into)
    dap.up()
    wait("the frame above", function()
      return vim.fn.line(".") == 8
    end)
    dap.down()
    wait("the frame below", function()
      return vim.fn.line(".") == 2
    end)
    stops_at("step 9", dap.step_out)
    stops_at("step 8", dap.step_back)
    stops_at("entry 5", dap.reverse_continue)
    stops_at("breakpoint 8", dap.continue)
    step("what there is is shown and evaluated")
    shows(widgets.centered_float(widgets.scopes), "xs: #0 [1, 0]")
    shows(widgets.centered_float(widgets.frames), "main:8")
    shows(widgets.centered_float(widgets.threads), "the program")
    shows(widgets.hover("xs"), "  1: 0")
    repl.open({ height = 10 })
    evaluates("n + 1", "3")
    evaluates("xs", "#0 [1, 0]")
    evaluates("nobody", "there is no variable `nobody` here")
    local found
    dap.session():request("completions", { text = "xs.pu", column = 6, frameId = dap.session().current_frame.id }, function(_, told)
      found = told.targets
    end)
    wait("what can be written", function()
      return found and found[1] and found[1].label:find("^push")
    end)
    tools.picture("nvim-dap")
    step("to the cursor, and to the fault, which is said at its line")
    go(11)
    stops_at("breakpoint 11", dap.run_to_cursor)
    stops_at("exception 12", dap.continue)
    local function marks()
      return vim.tbl_filter(function(diagnostic)
        return diagnostic.source == "nvim-dap"
      end, vim.diagnostic.get(0))
    end
    local told = wait("the mark", function()
      return marks()[1]
    end)
    check(told.lnum == 11 and told.message:find("of type BorrowError") and told.message:find("taken here, by `all`"), told.message)
    step("again from the beginning, and terminated")
    stops_at("breakpoint 8", dap.restart)
    dap.terminate()
    over()
    wait("no mark", function()
      return #marks() == 0
    end)

    step("a message, and a count of hits")
    go(9)
    dap.set_breakpoint(nil, nil, "now {n} of {len(xs)}")
    go(8)
    dap.set_breakpoint(nil, "== 3")
    dap.continue()
    check(stopped() == "breakpoint 8", "there")
    wait("the messages", function()
      return in_prompt("now 2 of 2\n2\nnow 3 of 3\n3\n")
    end)
    dap.disconnect({ terminateDebuggee = true })
    over()

    step("a run that never ends is paused, hears of a breakpoint, and is restarted")
    program("endless.crush", { "let n = 0", "while true {", "  n = n + 1", "}" })
    dap.continue()
    wait("the run", function()
      local session = dap.session()
      return session and session.initialized and next(session.threads)
    end)
    dap.pause()
    check(stopped():find("^pause"), "paused")
    dap.continue()
    go(3)
    stops_at("breakpoint 3", dap.toggle_breakpoint)
    dap.clear_breakpoints()
    dap.continue()
    local before = dap.session().id
    dap.restart()
    wait("the run again", function()
      local session = dap.session()
      return session and session.id ~= before and session.initialized and next(session.threads)
    end)
    dap.terminate()
    over()

    step("a breakpoint in a module, and in a second session at the same time")
    program("shelf.crush", { "fn price(n) {", "  let tax = n * 2", "  return tax + 1", "}" })
    go(2)
    dap.set_breakpoint()
    program("shop.crush", { "import shelf { price }", "let a = price(3)", "print(a)" })
    dap.continue()
    check(stopped() == "breakpoint 2" and vim.fn.expand("%:t") == "shelf.crush", vim.fn.expand("%"))
    tools.open("grow.crush")
    go(6)
    dap.set_breakpoint()
    dap.continue({ new = true })
    seen = seen + 1
    wait("the second one", function()
      return stops[seen] and vim.tbl_count(dap.sessions()) == 2 and vim.fn.line(".") == 6
    end)
    dap.terminate({ all = true })
    over()

    step("what cannot be launched says why")
    local function refused(run, text)
      said = {}
      run()
      wait(text, function()
        return vim.iter(said):any(function(message)
          return message:find(text, 1, true) ~= nil
        end)
      end)
      over()
    end
    program("broken.crush", { "let x =" })
    refused(dap.continue, "the program has an error, line 1")
    program("reads.crush", { 'print(fs.read("sold.txt"))' })
    refused(dap.continue, "`fs.read` is not granted")
    refused(function()
      dap.run({ type = "crush", request = "launch", name = "nowhere", program = "/nowhere/x.crush" })
    end, "cannot read `/nowhere/x.crush`")

    step("a grant of the folder is given to the debugger; standard input is what the launch says")
    require("crush.grants").grant(vim.env.CRUSH_WORKSPACE, { "fs=" .. vim.env.CRUSH_WORKSPACE })
    tools.open("reads.crush")
    dap.continue()
    wait("the file", function()
      return in_prompt(vim.fn.readfile("sold.txt")[1])
    end)
    over()
    program("hello.crush", { 'print("hello " + io.read_line())' })
    dap.run({ type = "crush", request = "launch", name = "input", program = "${file}", input = "Ada\n" })
    wait("what it prints", function()
      return in_prompt("hello Ada")
    end)
    over()
    check(vim.fn.execute("messages") == "", vim.fn.execute("messages"))
  end
end
