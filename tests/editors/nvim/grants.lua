-- The session about grants: what a program may do outside is asked for once, kept outside of the folder, and revocable.

---@param sessions table<string, fun()>
---@param tools table the helpers of session.lua
return function(sessions, tools)
  local wait, step, check, open, line_of = tools.wait, tools.step, tools.check, tools.open, tools.line_of

  sessions["grants"] = function()
    -- There is nobody at a headless editor: this stands for the user who answers.
    local questions, answers, said = {}, {}, {}
    vim.api.nvim_list_uis = function()
      return { {} }
    end
    vim.ui.select = function(choices, details, answer)
      questions[#questions + 1] = details.prompt
      local wanted = assert(table.remove(answers, 1), "an answer to " .. details.prompt)
      for index, choice in ipairs(choices) do
        if choice:find(wanted, 1, true) then
          return answer(choice, index)
        end
      end
      error("no choice with " .. wanted .. " among " .. table.concat(choices, ", "))
    end
    vim.notify = function(message)
      said[#said + 1] = message
    end
    local books = vim.fs.joinpath(vim.env.CRUSH_WORKSPACE, "books.txt")
    local function written()
      return vim.fn.filereadable(books) == 1 and vim.fn.readfile(books) or {}
    end
    local function has_run(state)
      wait("the run to be " .. state, function()
        return require("crush.values").status() == state
      end)
    end
    local function save()
      -- What is shown is of the run before until the next begins: an edit makes it stale.
      vim.api.nvim_buf_set_lines(0, 0, 0, false, { "// one more line" })
      wait("the values to be stale", function()
        local status = require("crush.values").status()
        return status == "" or status:find("stale")
      end)
      vim.cmd.write()
    end

    open("ledger.crush")
    tools.attached()
    step("a run that lacks a grant asks, and says what for; not now is an answer")
    answers = { "Not now" }
    vim.cmd.write()
    has_run("faulted")
    wait("the question", function()
      return questions[1]
    end)
    check(questions[1]:find("ledger.crush needs a grant to go on: fs %(files in my shop"), questions[1])
    wait("the mark at the place", function()
      return vim.iter(vim.diagnostic.get(0)):any(function(diagnostic)
        return diagnostic.message:find("`fs.read` needs the grant `fs=DIR`", 1, true) ~= nil
      end)
    end)

    step("it is asked once")
    save()
    has_run("faulted")
    check(#questions == 1, vim.inspect(questions))

    step("by command it is asked again; what it does is shown; granted, it runs")
    answers = { "Show what it does", "Grant" }
    vim.cmd.CrushGrant()
    has_run("finished")
    local shown = table.concat(vim.api.nvim_buf_get_lines(vim.fn.bufnr("crush://grants"), 0, -1, false), "\n")
    check(shown:find("line %d+: fs.append. Adds to the end of a file"), shown)
    tools.picture("nvim-grants")
    check(vim.deep_equal(written(), { "sold 115" }), "written once: " .. vim.inspect(written()))
    check(tools.value_at(line_of("print(")):find("sold for 115"), vim.inspect(tools.values()))

    step("it is kept outside of the folder, and shown")
    local kept = vim.fs.joinpath(vim.fn.stdpath("state"), "crush", "grants.json")
    check(table.concat(vim.fn.readfile(kept)):find("fs="), "kept in " .. kept)
    vim.cmd.CrushGrants()
    shown = table.concat(vim.api.nvim_buf_get_lines(vim.fn.bufnr("crush://grants"), 0, -1, false), "\n")
    check(shown:find("programs in .*my shop") and shown:find("fs="), shown)
    vim.cmd("checkhealth crush")
    wait("the report", function()
      return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n"):find("programs in .* have fs=")
    end)
    vim.cmd.close()

    step("looking back does nothing outside")
    vim.api.nvim_set_current_win(vim.fn.bufwinid("ledger.crush"))
    vim.cmd.CrushStep("back")
    wait("the moment", function()
      return require("crush.time").moment()
    end)
    vim.cmd.CrushStep("leave")
    check(#written() == 1, vim.inspect(written()))

    step("revoked, it is refused, and not asked for by itself")
    answers = { "fs=" }
    vim.cmd.CrushRevoke()
    check(said[#said]:find("no longer have fs="), vim.inspect(said))
    local before = #questions
    save()
    has_run("faulted")
    check(#written() == 1, "nothing was written")
    check(#questions == before, vim.inspect(questions))
  end
end
