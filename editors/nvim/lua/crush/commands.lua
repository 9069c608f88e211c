--- The user commands.
local M = {}

--- The folder whose trust is decided for a buffer.
---@param bufnr integer
---@return string
local function folder(bufnr)
  local client = vim.lsp.get_clients({ bufnr = bufnr, name = "crush" })[1]
  return client and client.root_dir or vim.fn.getcwd()
end

local function show_output()
  local evaluation = require("crush.values").last(vim.api.nvim_get_current_buf())
  if not evaluation then
    vim.notify("crush: the program of this buffer was not run yet", vim.log.levels.INFO)
    return
  end
  local lines = vim.split(evaluation.output:gsub("\n$", ""), "\n")
  if evaluation.outputTruncated then
    lines[#lines + 1] = "… (the output is longer than is kept)"
  end
  if evaluation.state == "faulted" then
    lines[#lines + 1] = "fault: " .. (evaluation.reason:gsub("\n", " "))
  end
  lines[#lines + 1] = "── " .. evaluation.summary .. " ──"
  require("crush.scratch").show("crush://output", lines, { split = "botright 10split" })
end

function M.define()
  local define = vim.api.nvim_create_user_command
  local here = vim.api.nvim_get_current_buf

  define("CrushRun", function()
    require("crush.client").run(here())
  end, { desc = "Run the program of this buffer" })

  define("CrushCancel", function()
    require("crush.client").request(here(), "crush/cancel", {})
  end, { desc = "Cancel the run of this buffer" })

  define("CrushArena", function(call)
    require("crush.arena").open(here(), call.args)
  end, { nargs = "?", desc = "Show the arena of the last run, or the objects that match" })

  define("CrushOutput", show_output, { desc = "Show what the last run printed" })

  define("CrushValues", function()
    require("crush.values").toggle()
  end, { desc = "Toggle the values beside the lines" })

  define("CrushBorrows", function(call)
    require("crush.borrows").command(call.args)
  end, {
    nargs = "?",
    complete = function()
      return { "off", "under_cursor", "always" }
    end,
    desc = "Which borrows are drawn on the code; without a word: off or on",
  })

  define("CrushHeap", function(call)
    require("crush.heap").open(here(), tonumber(call.args))
  end, { nargs = "?", desc = "Draw the heap of the last run, or the objects around a slot" })

  define("CrushStep", function(call)
    require("crush.time").step(here(), call.fargs)
  end, {
    nargs = "*",
    complete = function()
      return { "back", "over", "out", "event", "leave" }
    end,
    desc = "Step through the last run: back, over, out, by event; leave the moment",
  })

  define("CrushTime", function()
    require("crush.slider").open(here())
  end, { desc = "Open the slider of time: go anywhere in the last run" })

  define("CrushSeek", function(call)
    require("crush.time").seek_word(here(), call.args)
  end, {
    nargs = 1,
    complete = function()
      return { "start", "25%", "50%", "75%", "end", "+1", "-1" }
    end,
    desc = "Go to a moment of the last run: 12, 40%, +3, -3, start, end",
  })

  for name, method in pairs({ CrushChanged = "lastChange", CrushBorrowed = "borrowedWhen" }) do
    define(name, function(call)
      local variable = call.args ~= "" and call.args or vim.fn.expand("<cword>")
      require("crush.time").trace(here(), method, variable, vim.api.nvim_win_get_cursor(0)[1])
    end, { nargs = "?", desc = "Go to where the object of a variable was last changed, or borrowed" })
  end

  define("CrushEval", function(call)
    local first, last = call.line1, call.line2
    local text = call.args ~= "" and call.args or table.concat(vim.api.nvim_buf_get_lines(0, first - 1, last, false), "\n")
    require("crush.time").evaluate(here(), text, first)
  end, { nargs = "*", range = true, desc = "Evaluate a text, or lines, in the last run" })

  define("CrushRestart", function()
    require("crush.client").restart()
  end, { desc = "Restart the language server" })

  define("CrushTrust", function()
    require("crush.trust").decide(folder(here()), true)
  end, { desc = "Allow programs of this folder to be run" })

  define("CrushDistrust", function()
    require("crush.trust").decide(folder(here()), false)
  end, { desc = "Never run programs of this folder" })

  define("CrushGrant", function(call)
    require("crush.grants").command(here(), folder(here()), call.args)
  end, {
    nargs = "?",
    complete = function()
      return { "fs=.", "env", "time", "process", "crypto", "net", "polyglot" }
    end,
    desc = "Grant programs of this folder what this one lacks, or what is named",
  })

  define("CrushGrants", function()
    require("crush.grants").show()
  end, { desc = "Show what programs were granted" })

  define("CrushRevoke", function(call)
    require("crush.grants").take(folder(here()), call.args)
  end, {
    nargs = "?",
    complete = function()
      return require("crush.grants").of(folder(here()))
    end,
    desc = "Take a grant back from programs of this folder",
  })

  define("CrushBuildParser", function()
    require("crush.parser").build()
  end, { desc = "Compile and install the tree-sitter parser" })

  -- The first save is when a run is first wanted: then, and only once, the question is asked.
  vim.api.nvim_create_autocmd("BufWritePost", {
    group = vim.api.nvim_create_augroup("crush.trust", {}),
    pattern = "*.crush",
    callback = function(event)
      local client = vim.lsp.get_clients({ bufnr = event.buf, name = "crush" })[1]
      local options = require("crush.options").get()
      if client and client.root_dir and options.evaluate_on_save and require("crush.trust").decided(client.root_dir) == nil then
        require("crush.trust").ask(client.root_dir, function(trusted)
          if trusted then
            require("crush.client").request(event.buf, "crush/run", {})
          end
        end)
      end
    end,
  })
end

return M
