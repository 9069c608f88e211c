-- The session about debugging without nvim-dap: something stands in for it, and is told what nvim-dap would be told.

---@param sessions table<string, fun()>
---@param tools table the helpers of session.lua
return function(sessions, tools)
  local step, check, open = tools.step, tools.check, tools.open

  sessions["debugging"] = function()
    step("where it is not installed, nothing happens, and the report says so")
    open("loans.crush")
    check(not require("crush.debugging").register(), "there is no nvim-dap")

    step("where it is, it is told when a CRUSH file is opened")
    local dap = { adapters = {}, configurations = {}, ABORT = {} }
    package.preload.dap = function()
      return dap
    end
    open("ledger.crush")
    local configuration = dap.configurations.crush[1]
    check(#dap.configurations.crush == 1 and configuration.request == "launch", vim.inspect(dap.configurations))

    step("what was typed is saved, and debugged")
    vim.api.nvim_buf_set_lines(0, 0, 0, false, { "// a line more" })
    local path = configuration.program()
    check(path == vim.api.nvim_buf_get_name(0) and not vim.bo.modified, path)
    check(vim.fn.readfile(path)[1] == "// a line more", "it is saved")

    step("the debugger is the server's program, with what the folder was granted")
    local started
    local function start(program)
      started = nil
      dap.adapters.crush(function(adapter)
        started = adapter
      end, { program = program })
      return started
    end
    check(vim.deep_equal(start(path).args, { "dap" }), vim.inspect(started))
    check(started.command == vim.fs.normalize(vim.env.CRUSH_SERVER), vim.inspect(started))
    local grant = "fs=" .. vim.env.CRUSH_WORKSPACE
    require("crush.grants").grant(vim.env.CRUSH_WORKSPACE, { grant })
    check(vim.deep_equal(start(path).args, { "dap", "--allow", grant }), vim.inspect(started))
    local below = vim.fs.joinpath(vim.env.CRUSH_WORKSPACE, "below", "a.crush")
    check(vim.deep_equal(start(below).args, { "dap", "--allow", grant }), vim.inspect(started))

    step("nothing is debugged in a folder whose programs never run")
    local said = {}
    vim.notify = function(message)
      said[#said + 1] = message
    end
    require("crush").setup({ server = vim.env.CRUSH_SERVER, trusted = false })
    check(start(path) == nil and said[1]:find("never run"), vim.inspect(said))

    step("a buffer without a name has no program yet")
    vim.cmd.enew()
    check(configuration.program() == dap.ABORT and said[2]:find("no name"), vim.inspect(said))

    step("what the user has set up stays")
    package.loaded["crush.debugging"], package.loaded.dap = nil, nil
    dap = { adapters = { crush = "mine" }, configurations = { crush = { "mine too" } } }
    require("crush.debugging").register()
    check(dap.adapters.crush == "mine" and dap.configurations.crush[1] == "mine too", vim.inspect(dap))
  end
end
