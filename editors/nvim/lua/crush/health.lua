local M = {}

function M.check()
  local health = vim.health
  health.start("crush: Neovim")
  if vim.fn.has("nvim-0.11") == 1 then
    health.ok("Neovim " .. tostring(vim.version()))
  else
    health.error("Neovim 0.11 or later is needed")
  end

  health.start("crush: language server")
  local lookup = require("crush.server").find()
  if lookup.command then
    health.ok(("%s (from %s)"):format(lookup.command, lookup.source))
    local result = vim.system({ lookup.command, "--version" }, { text = true }):wait(5000)
    if result.code == 0 then
      health.ok(vim.trim(result.stdout))
    else
      health.error("it does not start: " .. vim.trim(result.stderr or ""))
    end
  else
    health.error("crush-analyzer was not found", lookup.tried)
  end
  local clients = vim.lsp.get_clients({ name = "crush" })
  if #clients == 0 then
    health.info("no server is running; one starts with the first CRUSH file")
  end
  for _, client in ipairs(clients) do
    health.ok(("running for %s"):format(client.root_dir or "a file without a folder"))
  end

  health.start("crush: trust")
  local folders = vim.iter(clients)
    :map(function(client)
      return client.root_dir
    end)
    :totable()
  for _, folder in ipairs(#folders > 0 and folders or { vim.fn.getcwd() }) do
    local decided = require("crush.trust").decided(folder)
    if decided then
      health.ok("programs are run in " .. folder)
    elseif decided == false then
      health.warn("programs are never run in " .. folder, { ":CrushTrust changes that" })
    else
      health.info(("nothing is run in %s until you trust it (asked at the first save, or :CrushTrust)"):format(folder))
    end
  end

  health.start("crush: grants")
  for _, folder in ipairs(#folders > 0 and folders or { vim.fn.getcwd() }) do
    local granted = require("crush.grants").of(folder)
    if #granted == 0 then
      health.ok(("programs in %s are granted nothing outside"):format(folder))
    else
      health.info(("programs in %s have %s (:CrushRevoke takes a grant back)"):format(folder, table.concat(granted, ", ")))
    end
  end

  health.start("crush: debugging")
  if require("crush.debugging").register() then
    health.ok("nvim-dap knows of the debugger: require('dap').continue()")
  else
    health.info("nvim-dap is not installed: with it, CRUSH programs are debugged (:help crush-debugging)")
  end

  health.start("crush: highlighting")
  local parser = require("crush.parser")
  local available, why = parser.available()
  if available then
    health.ok("the tree-sitter parser is there")
  else
    health.warn("no tree-sitter parser: " .. (why or "not found"), { ":CrushBuildParser builds it with a C compiler" })
  end
  for _, kind in ipairs({ "highlights", "injections", "folds", "indents", "locals" }) do
    if #vim.treesitter.query.get_files("crush", kind) == 0 then
      health.warn("no " .. kind .. " query on the runtime path")
    elseif available and not pcall(vim.treesitter.query.get, "crush", kind) then
      health.error("the " .. kind .. " query does not fit the parser", { ":CrushBuildParser" })
    end
  end
end

return M
