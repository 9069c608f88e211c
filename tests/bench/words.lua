local n = 5000000

local function count_words(n)
  local words, counts = {}, {}
  for i = 0, 4999 do
    local word = "word" .. i
    words[#words + 1] = word
    counts[word] = 0
  end
  local seed = 42
  for _ = 1, n do
    seed = (seed * 1103 + 12345) % 65536
    local word = words[seed % 5000 + 1]
    counts[word] = counts[word] + 1
  end
  local most = 0
  for _, word in ipairs(words) do
    if counts[word] > most then most = counts[word] end
  end
  return most
end

print(count_words(n))
