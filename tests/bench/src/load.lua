-- What wrk asks for. Arguments: kind (page, open, write, like), access token, and a file of ids: in the path, `:id` is
-- each of them in turn (a question, for search), so that no two requests of a round meet at the same one.
local sent = 0

local words = "The press on line two runs hot after the third shift, and **nobody** knows why. "
local topic = '{"title":"Bearings run hot, case %s","category":"maintenance","tags":["press","bearings"],'
  .. '"content":"# Case %s\\n\\n' .. words:rep(6) .. '\\n\\n- oil changed\\n- belt checked\\n\\nWhat would you look at when `a < b`?"}'
local text = '{"content":"Case %s: ' .. words:rep(2) .. '\\n\\n- oil changed\\n- `belt` checked"}'
local bodies = { open = topic, write = text }

local function lines(file)
  local found = {}
  for line in io.lines(file) do found[#found + 1] = line end
  return found
end

function init(args)
  local kind, token, file = args[1], args[2], args[3]
  wrk.headers["authorization"] = "Bearer " .. token
  local path, body = wrk.path, bodies[kind]
  local turns = path:find(":id", 1, true) ~= nil
  if kind == "page" and not turns then return end
  local ids = turns and lines(file) or {}
  local run = string.format("%d-%d", os.time(), math.floor(os.clock() * 1e6))
  local method = kind == "page" and "GET" or "POST"
  if body then wrk.headers["content-type"] = "application/json" end
  math.randomseed(os.time())
  local first = turns and math.random(#ids) or 0
  function request()
    sent = sent + 1
    local id = turns and ids[(first + sent) % #ids + 1]
    -- By a function: as a text, the percent signs of a question would mean something.
    local at = turns and path:gsub(":id", function() return id end) or path
    local case = run .. "-" .. sent
    return wrk.format(method, at, nil, body and body:gsub("%%s", case))
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nfound {"requests":%d,"micros":%d,"p50_micros":%d,"p95_micros":%d,"p99_micros":%d,"not_ok":%d,"broken":%d,"late":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(95), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write, errors.timeout))
end
