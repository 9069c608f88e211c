local n = 17

local function tree(depth)
  if depth == 0 then return { left = nil, right = nil } end
  return { left = tree(depth - 1), right = tree(depth - 1) }
end

local function count(node)
  if node.left == nil then return 1 end
  return 1 + count(node.left) + count(node.right)
end

local kept = tree(n)
local total = 0
for depth = 4, n do
  local rounds = 1
  for _ = depth, n - 1 do rounds = rounds * 2 end
  for _ = 1, rounds do total = total + count(tree(depth)) end
end
print(total)
print(count(kept))
