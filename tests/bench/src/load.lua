-- What wrk asks for. Arguments: kind (page, topics, open), access token, and for `topics` a file of ids.
local sent = 0

local function topics(file)
  local ids = {}
  for id in io.lines(file) do ids[#ids + 1] = id end
  math.randomseed(os.time())
  function request()
    return wrk.format("GET", wrk.path .. "/" .. ids[math.random(#ids)])
  end
end

local function open()
  local run = string.format("%d-%d", os.time(), math.floor(os.clock() * 1e6))
  local words = string.rep("The press on line two runs hot after the third shift, and **nobody** knows why. ", 6)
  local body = '{"title":"Bearings run hot, case %s-%d","category":"maintenance","tags":["press","bearings"],'
    .. '"content":"# Case %s-%d\\n\\n%s\\n\\n- oil changed\\n- belt checked\\n\\nWhat would you look at when `a < b`?"}'
  wrk.headers["content-type"] = "application/json"
  function request()
    sent = sent + 1
    return wrk.format("POST", wrk.path, nil, string.format(body, run, sent, run, sent, words))
  end
end

function init(args)
  local kind, token, file = args[1], args[2], args[3]
  wrk.headers["authorization"] = "Bearer " .. token
  if kind == "topics" then topics(file) end
  if kind == "open" then open() end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nfound {"requests":%d,"micros":%d,"p50_micros":%d,"p99_micros":%d,"not_ok":%d,"broken":%d,"late":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write, errors.timeout))
end
