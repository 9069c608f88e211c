local M = {}

--- Changes options (`:help crush-options`). Optional, and to be called before the first CRUSH file is opened.
---@param options crush.Options?
function M.setup(options)
  require("crush.options").set(options or {})
end

return M
