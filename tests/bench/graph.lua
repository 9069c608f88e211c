local n = 1000000

local function build(n)
  local nodes = {}
  local last = nil
  for i = 0, n - 1 do
    local node = { value = i, next = last, other = nil }
    if i > 0 then node.other = nodes[i // 2 + 1] end
    nodes[#nodes + 1] = node
    last = node
  end
  return nodes
end

local function walk(nodes)
  local sum = 0
  for _, node in ipairs(nodes) do
    if node.other ~= nil then sum = sum + node.other.value end
  end
  return sum
end

local nodes = build(n)
print(walk(nodes))
nodes = nil
local again = build(n // 2)
print(walk(again))
