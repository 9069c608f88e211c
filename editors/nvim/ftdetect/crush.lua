vim.filetype.add({
  extension = { crush = "crush" },
  pattern = {
    [".*"] = {
      function(_, buffer)
        local first = vim.api.nvim_buf_get_lines(buffer, 0, 1, false)[1] or ""
        if first:find("^#!.*%f[%w]crush%f[^%w%-]") or first:find("^#!.*%f[%w]crush%-run") or first:find("^#!.*%f[%w]crush%-analyzer") then
          return "crush"
        end
      end,
      { priority = -math.huge },
    },
  },
})
