local n = 600000

local function sort(xs, low, high)
  while low < high do
    local pivot = xs[(low + high) // 2]
    local i, j = low, high
    while i <= j do
      while xs[i] < pivot do i = i + 1 end
      while xs[j] > pivot do j = j - 1 end
      if i <= j then
        xs[i], xs[j] = xs[j], xs[i]
        i = i + 1
        j = j - 1
      end
    end
    if j - low < high - i then
      sort(xs, low, j)
      low = i
    else
      sort(xs, i, high)
      high = j
    end
  end
end

local function run(n)
  local xs = {}
  local seed = 42
  for _ = 1, n do
    seed = (seed * 1664525 + 1013904223) % 4294967296
    xs[#xs + 1] = seed
  end
  sort(xs, 1, n)
  for i = 2, n do
    if xs[i - 1] > xs[i] then return "not sorted" end
  end
  return xs[n // 2 + 1]
end

print(run(n))
