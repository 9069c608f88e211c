local n = 500

local function element(i, j)
  local sum = i + j
  return 1.0 / (sum * (sum + 1) // 2 + i + 1)
end

local function multiply(n, v, out)
  for i = 0, n - 1 do
    local sum = 0.0
    for j = 0, n - 1 do sum = sum + element(i, j) * v[j + 1] end
    out[i + 1] = sum
  end
end

local function multiply_transposed(n, v, out)
  for i = 0, n - 1 do
    local sum = 0.0
    for j = 0, n - 1 do sum = sum + element(j, i) * v[j + 1] end
    out[i + 1] = sum
  end
end

local function filled(n, value)
  local xs = {}
  for i = 1, n do xs[i] = value end
  return xs
end

local function spectral(n)
  local u = filled(n, 1.0)
  local v = filled(n, 0.0)
  local w = filled(n, 0.0)
  for _ = 1, 6 do
    multiply(n, u, w)
    multiply_transposed(n, w, v)
    multiply(n, v, w)
    multiply_transposed(n, w, u)
  end
  local uv, vv = 0.0, 0.0
  for i = 1, n do
    uv = uv + u[i] * v[i]
    vv = vv + v[i] * v[i]
  end
  return uv / vv
end

print(spectral(n))
