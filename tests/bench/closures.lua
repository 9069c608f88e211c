local n = 2000000

local function counter(step)
  local count = 0
  return function(by) count = count + step * by; return count end
end

local function compose(f, g) return function(x) return g(f(x)) end end

local function map(xs, f)
  local out = {}
  for i, x in ipairs(xs) do out[i] = f(x) end
  return out
end

local function run(n)
  local up = counter(2)
  local both = compose(function(x) return x + 1 end, function(x) return x * 2 end)
  local sum = 0
  for i = 0, n - 1 do
    up(i % 3)
    sum = sum + both(i) % 7
  end
  local total = 0
  for i = 0, n // 10 - 1 do
    local made = counter(i)
    total = total + made(1)
    local mapped = map({ 1, 2, 3 }, function(x) return x * i end)
    total = total + mapped[3]
  end
  return sum + up(0) + total
end

print(run(n))
