--- What programs may do outside, by folder: asked for once, kept outside of the folder, shown, and revocable.
local M = {}

local store = require("crush.store")

local NAME = "grants"
local GRANT, EXPLAIN, NOT_NOW = "Grant to programs of this folder", "Show what it does", "Not now"

---@class crush.Decided
---@field granted string[]
---@field declined string[]

---@param folder string
---@return crush.Decided
local function decided(folder)
  local known = store.read(NAME)[store.real(folder)]
  return type(known) == "table" and known or { granted = {}, declined = {} }
end

---@param list string[]
---@param items string[]
---@return string[]
local function without(list, items)
  return vim.tbl_filter(function(item)
    return not vim.list_contains(items, item)
  end, list)
end

--- What the servers are told: every folder that something was decided on, and their own.
---@param root string?
---@return { uri: string, grants: string[] }[]
function M.folders(root)
  local known = store.read(NAME)
  local folders = vim.tbl_map(function(folder)
    return { uri = vim.uri_from_fname(folder), grants = known[folder].granted }
  end, vim.tbl_keys(known))
  if root and not known[store.real(root)] then
    folders[#folders + 1] = { uri = vim.uri_from_fname(store.real(root)), grants = {} }
  end
  return folders
end

---@param folder string
---@param granted string[]
---@param declined string[]
local function decide(folder, granted, declined)
  local known = store.read(NAME)
  known[store.real(folder)] = { granted = granted, declined = declined }
  store.write(NAME, known)
  for _, client in ipairs(vim.lsp.get_clients({ name = "crush" })) do
    client:notify("crush/grants", { folders = M.folders(client.root_dir) })
  end
end

--- The grants of programs in a folder.
---@param folder string
---@return string[]
function M.of(folder)
  return decided(folder).granted
end

--- The grants of a program: those of its folder, or of the nearest one above on which something was decided.
---@param path string
---@return string[]
function M.for_program(path)
  local known = store.read(NAME)
  for folder in vim.fs.parents(store.real(path)) do
    if type(known[folder]) == "table" then
      return known[folder].granted
    end
  end
  return {}
end

--- Grants, as they are written behind `--allow`, to programs of a folder.
---@param folder string
---@param grants string[]
function M.grant(folder, grants)
  local before = decided(folder)
  decide(folder, vim.list_extend(without(before.granted, grants), grants), without(before.declined, grants))
end

--- What is revoked is not asked for again by itself.
---@param folder string
---@param grants string[]
function M.revoke(folder, grants)
  local before = decided(folder)
  decide(folder, without(before.granted, grants), vim.list_extend(without(before.declined, grants), grants))
end

---@param needs table
---@return string[]
local function wanted(needs)
  return vim.tbl_map(function(grant)
    return grant.grant
  end, needs.grants)
end

---@param needs table
---@return string[]
local function explained(needs)
  local lines = {}
  for _, grant in ipairs(needs.grants) do
    lines[#lines + 1] = ("%s: %s"):format(grant.grant, grant.allows)
    for _, call in ipairs(grant.calls) do
      lines[#lines + 1] = ("    line %d: %s. %s"):format(call.range.start.line + 1, call.capability, call.does)
    end
  end
  local folder = vim.uri_to_fname(needs.folder)
  vim.list_extend(lines, {
    "",
    ("Programs in %s and below would have it whenever they run, which is at each save."):format(folder),
    ("The answer is kept in %s; :CrushRevoke takes it back."):format(store.path(NAME)),
  })
  return lines
end

--- Asks whether programs of the folder may have what this one needs; runs it when they may.
---@param bufnr integer
---@param needs table
function M.ask(bufnr, needs)
  local folder, grants = vim.uri_to_fname(needs.folder), wanted(needs)
  local list = vim.tbl_map(function(grant)
    return ("%s (%s)"):format(grant.grant:match("^[^=]+"), grant.allows)
  end, needs.grants)
  local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(bufnr), ":t")
  vim.ui.select({ GRANT, EXPLAIN, NOT_NOW }, {
    prompt = ("%s needs a grant to go on: %s."):format(name, table.concat(list, ", ")),
  }, function(choice)
    if choice == GRANT then
      M.grant(folder, grants)
      require("crush.client").request(bufnr, "crush/run", {})
    elseif choice == NOT_NOW then
      M.revoke(folder, grants)
    elseif choice == EXPLAIN then
      require("crush.scratch").show("crush://grants", explained(needs), { split = "botright 10split" })
      M.ask(bufnr, needs)
    end
  end)
end

local asked = {} ---@type table<string, boolean>

--- A run that was halted for want of a grant asks for it, once; nobody to ask means no.
---@param bufnr integer
---@param evaluation table
function M.evaluated(bufnr, evaluation)
  local needs = evaluation.needs
  if not needs or needs == vim.NIL or #vim.api.nvim_list_uis() == 0 then
    return
  end
  local declined = decided(vim.uri_to_fname(needs.folder)).declined
  local new = without(wanted(needs), declined)
  local question = needs.folder .. "\n" .. table.concat(wanted(needs), "\n")
  if #new == 0 or asked[question] then
    return
  end
  asked[question] = true
  vim.schedule(function()
    M.ask(bufnr, needs)
  end)
end

--- `:CrushGrant`: what was named, or what the program lacks, whatever was answered before.
---@param bufnr integer
---@param folder string
---@param named string
function M.command(bufnr, folder, named)
  if named ~= "" then
    M.grant(folder, { named })
    vim.notify(("crush: programs in %s have %s"):format(folder, named))
    return
  end
  require("crush.client").request(bufnr, "crush/missingGrants", {}, function(needs)
    if not needs or needs == vim.NIL then
      vim.notify("crush: the program of this buffer lacks no grant")
    else
      M.ask(bufnr, needs)
    end
  end)
end

--- `:CrushGrants`: all that was granted.
function M.show()
  local lines = {}
  local known = store.read(NAME)
  local folders = vim.tbl_keys(known)
  table.sort(folders)
  for _, folder in ipairs(folders) do
    local granted = known[folder].granted
    if #granted > 0 then
      lines[#lines + 1] = ("programs in %s:"):format(folder)
      for _, grant in ipairs(granted) do
        lines[#lines + 1] = "    " .. grant
      end
    end
  end
  if #lines == 0 then
    lines = { "Nothing is granted: programs can print, and compute, and that is all." }
  else
    vim.list_extend(lines, { "", ":CrushRevoke takes one back, in a buffer of its folder." })
  end
  require("crush.scratch").show("crush://grants", lines, { split = "botright 10split" })
end

--- `:CrushRevoke`: what was named, or what is chosen.
---@param folder string
---@param named string
function M.take(folder, named)
  local granted = M.of(folder)
  local function revoked(grant)
    if grant then
      M.revoke(folder, { grant })
      vim.notify(("crush: programs in %s no longer have %s"):format(folder, grant))
    end
  end
  if named ~= "" then
    revoked(vim.list_contains(granted, named) and named or nil)
  elseif #granted == 0 then
    vim.notify(("crush: programs in %s are granted nothing"):format(folder))
  else
    vim.ui.select(granted, { prompt = ("Revoke which grant of programs in %s?"):format(folder) }, revoked)
  end
end

return M
