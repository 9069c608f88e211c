--- The language client: its configuration, what it does with the server's own messages, and its revival.
local M = {}

local options = require("crush.options")
local trust = require("crush.trust")

--- A server that dies more often than this within the window below is left alone.
local MAXIMUM_REVIVALS = 4
local WINDOW_SECONDS = 180

local deaths = {} ---@type integer[]
local stopping = false

---@return string[]
local function command(lookup)
  return { lookup.command, "lsp" }
end

---@param bufnr integer
---@param on_dir fun(root: string?)
local function root_dir(bufnr, on_dir)
  local lookup = require("crush.server").find()
  if not lookup.command then
    require("crush.server").explain(lookup)
    return
  end
  local name = vim.api.nvim_buf_get_name(bufnr)
  local own = name ~= "" and not name:find("^%w+://") and vim.fs.dirname(name) or nil
  on_dir(vim.fs.root(bufnr, ".git") or own)
end

---@return table
local function initialization(root)
  local chosen = options.get()
  return {
    trusted = trust.decided(root) == true,
    evaluateOnSave = chosen.evaluate_on_save,
    instructions = chosen.instructions,
    milliseconds = chosen.milliseconds,
    borrowHints = chosen.borrow_hints,
    typeHints = chosen.type_hints,
    parameterHints = chosen.parameter_hints,
    codeLenses = chosen.code_lenses,
    grants = require("crush.grants").folders(root),
  }
end

---@param signal integer
---@param code integer
local function exited(code, signal)
  if stopping or vim.v.exiting ~= vim.NIL or (code == 0 and signal == 0) then
    return
  end
  local now = os.time()
  deaths = vim.tbl_filter(function(at)
    return now - at < WINDOW_SECONDS
  end, deaths)
  deaths[#deaths + 1] = now
  vim.schedule(function()
    if #deaths > MAXIMUM_REVIVALS then
      vim.notify("crush: the language server keeps dying and is left stopped (:CrushRestart, :checkhealth crush)", vim.log.levels.ERROR)
      return
    end
    vim.notify("crush: the language server died and is started again", vim.log.levels.WARN)
    M.enable()
  end)
end

--- What `lsp/crush.lua` returns.
---@return vim.lsp.Config
function M.config()
  return {
    cmd = function(dispatchers)
      local lookup = require("crush.server").find()
      return vim.lsp.rpc.start(command(lookup), dispatchers, { env = { CRUSH_LOG = options.get().log } })
    end,
    filetypes = { "crush" },
    root_dir = root_dir,
    before_init = function(parameters, config)
      parameters.initializationOptions = initialization(config.root_dir)
    end,
    on_attach = function(client, bufnr)
      require("crush.values").attach(bufnr)
      require("crush.borrows").attach(bufnr)
      if options.get().inlay_hints and client:supports_method("textDocument/inlayHint") then
        vim.lsp.inlay_hint.enable(true, { bufnr = bufnr })
      end
    end,
    on_exit = exited,
    handlers = {
      ["crush/evaluation"] = function(_, evaluation)
        local bufnr = vim.uri_to_bufnr(evaluation.uri)
        require("crush.values").evaluated(bufnr, evaluation)
        require("crush.arena").evaluated(bufnr, evaluation)
        require("crush.borrows").evaluated(bufnr, evaluation)
        require("crush.time").evaluated(bufnr, evaluation)
        require("crush.grants").evaluated(bufnr, evaluation)
      end,
    },
  }
end

function M.enable()
  stopping = false
  vim.lsp.enable("crush")
end

--- The client of a buffer, or a message.
---@param bufnr integer
---@return vim.lsp.Client?
function M.of(bufnr)
  local client = vim.lsp.get_clients({ bufnr = bufnr, name = "crush" })[1]
  if not client then
    vim.notify("crush: no language server is attached to this buffer (:checkhealth crush)", vim.log.levels.WARN)
  end
  return client
end

---@param bufnr integer
---@param method string
---@param parameters table
---@param after? fun(result: any)
function M.request(bufnr, method, parameters, after)
  local client = M.of(bufnr)
  if not client then
    return
  end
  parameters.textDocument = { uri = vim.uri_from_bufnr(bufnr) }
  client:request(method, parameters, function(err, result)
    if err then
      vim.notify("crush: " .. err.message, vim.log.levels.WARN)
    elseif after then
      after(result)
    end
  end, bufnr)
end

--- Runs the program, after asking whether it may when that was never decided.
---@param bufnr integer
function M.run(bufnr)
  local client = M.of(bufnr)
  if not client then
    return
  end
  if client.root_dir and trust.decided(client.root_dir) == nil then
    trust.ask(client.root_dir, function(trusted)
      if trusted then
        M.request(bufnr, "crush/run", {})
      end
    end)
  else
    M.request(bufnr, "crush/run", {})
  end
end

--- Stops the servers, waits for their end without blocking, and starts them anew.
function M.restart()
  stopping = true
  deaths = {}
  local clients = vim.lsp.get_clients({ name = "crush" })
  for _, client in ipairs(clients) do
    client:stop()
  end
  local tries = 0
  local function again()
    local alive = vim.iter(clients):any(function(client)
      return not client:is_stopped()
    end)
    tries = tries + 1
    if alive and tries < 50 then
      if tries == 25 then
        for _, client in ipairs(clients) do
          client:stop(true)
        end
      end
      vim.defer_fn(again, 20)
    else
      M.enable()
    end
  end
  again()
end

return M
