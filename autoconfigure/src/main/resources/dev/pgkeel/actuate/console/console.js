// The console. Everything that comes from outside is put into the page as text.

const TERMS = {
  usable: "How many sessions ordinary roles can have in all: the server's limit less what is reserved.",
  reserved: "Connections that only superusers and roles with pg_use_reserved_connections get.",
  "at most": "This role sees other roles' sessions only in part, so that the count may be too high. GRANT pg_monitor makes it exact.",
  "limit of the role": "The role's own CONNECTION LIMIT.",
  "limit of the database": "The database's own CONNECTION LIMIT.",
  pool: "Connections of this instance: in use, idle, and how many threads wait for one.",
  sessions: "Connections as the server counts them. Each is a process there.",
  instances: "Running processes of the application, told apart by the end of application_name.",
  states: "What the sessions do: active runs a statement, idle waits for one outside a transaction.",
  lease: "One borrow of a connection from the pool: who, since when, from where in the code.",
  "held for": "For how long the connection has been out of the pool.",
  backend: "The process of the server behind the connection: pid in pg_stat_activity.",
  transaction: "The name of the transaction in which the connection is used, if there is one.",
  holder: "The thread that borrowed the connection.",
  "call site": "The line of code that borrowed the connection. Recorded from the first leak on, under pressure, and always in development.",
  session: "What the session did when the server was asked last.",
  leak: "Proven: nobody can return the connection any more. Suspected: it is out for long and does nothing. A proven leak comes back by itself.",
  "idle in transaction": "The session has begun a transaction and waits for its client. It keeps its locks, and rows cannot be cleaned up.",
  "waits for": "How long it has waited for a lock.",
  "server used": "Sessions that count against the server's limit.",
  "pool use": "Connections of this instance in use, and threads that wait for one.",
  "leaks healed": "Leaked connections that came back since the start.",
  rate: "Transactions of this instance that ended, per second.",
  p95: "95 of 100 transactions took no longer than this.",
  findings: "Advice about the schema scripts, by file, line and column.",
  drift: "What was no longer as the scripts had left it."
};
const LEVELS = { none: "Calm", alert: "Alert", page: "Page", panic: "Panic", unknown: "Unknown" };
const SPAN = 900;
const SVG = "http://www.w3.org/2000/svg";
const UNKNOWN = "unknown";
const base = new URL(".", import.meta.url);

const $ = (id) => document.getElementById(id);

// ---- Building blocks: each writes only what has changed

function el(tag, className, content) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (content !== undefined) node.textContent = content;
  return node;
}

function put(node, value) {
  const content = String(value);
  if (node.textContent !== content) node.textContent = content;
  return node;
}

// Names of code, which may break after a dot and before a parenthesis
function putCode(node, value) {
  if (node.textContent === value) return;
  node.replaceChildren(...value.split(/(?<=\.)|(?=\()/).flatMap((piece, i) => i ? [el("wbr"), piece] : [piece]));
}

function attr(node, name, value) {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}

function show(node, visible) {
  if (node.hidden === visible) node.hidden = !visible;
}

// A child that is made once and found again by its name
function part(parent, name, make) {
  const parts = parent.parts ?? (parent.parts = {});
  return parts[name] ?? (parts[name] = parent.appendChild(make()));
}

// Text with names between backticks
function prose(node, value) {
  if (node.source === value) return;
  node.source = value;
  node.replaceChildren(...value.split("`").map((piece, i) => i % 2 ? el("code", "", piece) : piece));
}

function keep(parent, items, key, make, fill) {
  const before = parent.kept ?? new Map();
  const kept = new Map();
  let at = parent.firstElementChild;
  for (const item of items) {
    let name = key(item);
    while (kept.has(name)) name += "+";
    const node = before.get(name) ?? make(item);
    before.delete(name);
    kept.set(name, node);
    if (node === at) at = at.nextElementSibling;
    else parent.insertBefore(node, at);
    fill(node, item);
  }
  before.forEach((node) => node.remove());
  parent.kept = kept;
}

function term(name, label = name) {
  const button = el("button", "term", label);
  button.type = "button";
  button.dataset.term = name;
  return button;
}

// The roles are those of the elements; narrow screens show rows as blocks, which would take them away
function table(parent, caption, columns, items, key, none) {
  const wrapper = part(parent, "table", () => {
    const box = el("div", "table rows");
    const node = box.appendChild(el("table"));
    node.setAttribute("role", "table");
    node.appendChild(el("caption", "hidden", caption));
    const head = node.appendChild(el("thead"));
    head.setAttribute("role", "rowgroup");
    const row = head.appendChild(el("tr"));
    row.setAttribute("role", "row");
    for (const column of columns) {
      const cell = row.appendChild(el("th", column.num ? "num" : ""));
      cell.scope = "col";
      cell.setAttribute("role", "columnheader");
      cell.append(column.term ? term(column.term, column.label) : column.label);
    }
    box.body = node.appendChild(el("tbody"));
    box.body.setAttribute("role", "rowgroup");
    return box;
  });
  const empty = part(parent, "none", () => el("p", "none", none));
  put(empty, none);
  show(wrapper, items.length > 0);
  show(empty, items.length === 0);
  keep(wrapper.body, items, key, () => {
    const row = el("tr");
    row.setAttribute("role", "row");
    columns.forEach((column, i) => {
      const cell = row.appendChild(el(i ? "td" : "th", column.num ? "num" : column.type ?? ""));
      if (!i) cell.scope = "row";
      cell.setAttribute("role", i ? "cell" : "rowheader");
      cell.dataset.label = column.label;
    });
    return row;
  }, (row, item) => {
    if (item.kind && row.className !== item.kind) row.className = item.kind;
    columns.forEach((column, i) => column.fill(row.children[i], item));
  });
}

function cell(value) {
  return (node, item) => put(node, value(item) ?? UNKNOWN);
}

function code(value) {
  return (node, item) => putCode(part(node, "code", () => el("span", "code")), value(item) ?? UNKNOWN);
}

function blankable(value) {
  return (node, item) => {
    const content = value(item);
    node.classList.toggle("blank", !content);
    put(node, content ?? "");
  };
}

function note(parent, content) {
  const node = part(parent, "note", () => el("p", "note"));
  put(node, content);
  show(node, content !== "");
}

function tag(node, level) {
  const mark = part(node, "tag", () => {
    const outer = el("span", "tag");
    outer.append(el("span", "mark"), el("span"));
    outer.firstChild.setAttribute("aria-hidden", "true");
    return outer;
  });
  mark.className = "tag level-" + level;
  put(mark.lastChild, level === "none" ? "resolved" : level);
}

function state(node, content) {
  const label = part(node, "state", () => el("span"));
  const kind = content.startsWith("active") || content.startsWith("fastpath") ? "active"
    : content.startsWith("idle in transaction") ? "in-transaction" : content.startsWith("idle") ? "idle" : "not-known";
  label.className = "state " + kind;
  put(label, content);
}

function time(ms) {
  if (ms == null) return UNKNOWN;
  const seconds = ms / 1000;
  if (seconds < 1) return Math.round(ms) + " ms";
  if (seconds < 10) return seconds.toFixed(1) + " s";
  if (seconds < 120) return Math.round(seconds) + " s";
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return minutes + " min" + (minutes < 10 ? " " + Math.floor(seconds % 60) + " s" : "");
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? hours + " h " + (minutes % 60) + " min" : Math.floor(hours / 24) + " days";
}

function clock(ms) {
  const at = new Date(ms);
  const two = (number) => String(number).padStart(2, "0");
  const hour = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":");
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join("-");
  return at.toDateString() === new Date().toDateString() ? hour : day + " " + hour;
}

const name = (application) => application === "" ? "(no name)" : application ?? UNKNOWN;
const plural = (number, one, many = one + "s") => number + " " + (number === 1 ? one : many);
const states = (all) => Object.entries(all).map(([what, number]) => number + " " + what).join(", ");
const number = (value) => value == null ? UNKNOWN
  : value >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1);

// ---- The parts of the page, from top to bottom

let lastLevel = null;

function verdict(data) {
  const { level, text, also } = data.verdict;
  const section = $("verdict");
  section.className = "verdict level-" + level;
  put($("level"), LEVELS[level]);
  prose($("verdict-text"), text[0].toUpperCase() + text.slice(1));
  keep($("also"), also, (line) => line, () => el("li"), (node, line) => prose(node, line));
  put($("facts"), facts(data).join(" · "));
  if (level !== lastLevel) {
    if (lastLevel !== null) put($("announcement"), LEVELS[level] + ": " + text.replaceAll("`", ""));
    lastLevel = level;
    document.title = LEVELS[level] + " · " + data.server.application + " · pgkeel";
  }
}

function facts(data) {
  const server = data.server;
  const lines = [server.dataAgeMs == null ? "the server is not watched from here"
    : "seen " + time(server.dataAgeMs) + " ago"];
  if (server.failure) lines.push(server.failure);
  lines.push(server.version ? "PostgreSQL " + server.version + (server.role ? " " + server.role : "")
    : "server version unknown");
  lines.push(server.database ? "database " + server.database + " as " + server.user
    : server.valuesShown ? "database unknown" : "database and role hidden");
  if (server.pooler && server.pooler !== "direct") lines.push("pooler: " + server.pooler);
  if (server.seesAllSessions === true) lines.push("this role sees all sessions");
  else if (server.seesAllSessions === false)
    lines.push("this role sees other roles' sessions only in part"
      + (server.hiddenSessions ? " (" + server.hiddenSessions + " of them)" : "")
      + ": GRANT pg_monitor would show them");
  else lines.push("what this role may see is unknown");
  return lines;
}

function level(percent, marks) {
  return percent >= marks[2] ? "panic" : percent >= marks[1] ? "page" : percent >= marks[0] ? "alert" : "none";
}

function limits(data) {
  const items = [];
  const marks = data.limits?.marks ?? [70, 85, 95];
  const kinds = { server: "usable", role: "limit of the role", database: "limit of the database" };
  for (const usage of data.limits?.usages ?? []) {
    const percent = usage.limit > 0 ? 100 * usage.used / usage.limit : 100;
    const server = usage.kind === "server";
    const width = server ? usage.limit / data.limits.maxConnections : 1;
    items.push({ id: usage.kind, server, label: server ? "server" : usage.kind, term: kinds[usage.kind],
      fill: Math.min(1, percent / 100) * width, marks: marks.map((mark) => mark * width),
      names: server ? marks : [], reserved: server ? data.limits.reserved / data.limits.maxConnections : 0,
      level: level(percent, marks), figures: (usage.upperBound ? "at most " : "") + usage.used + " of " + usage.limit
        + (server ? " usable" : "") + ", " + Math.round(percent) + " %",
      more: server && data.limits.reserved ? data.limits.reserved + " reserved" : "" });
  }
  for (const pool of data.pools) {
    items.push({ id: "pool " + pool.name, label: "pool " + pool.name, term: "pool", fill: pool.active / pool.max,
      marks: [], names: [], reserved: 0, level: pool.pending > 0 ? "page" : "none",
      figures: pool.active + " of " + pool.max + " in use", more: pool.idle + " idle, " + pool.pending + " waiting" });
  }
  keep(part($("limits"), "list", () => el("div")), items, (item) => item.id, limit, fillLimit);
  note($("limits"), data.limits ? "" : "How full the server is is unknown.");
}

function limit(item) {
  const row = el("div", "limit" + (item.server ? " server" : ""));
  row.append(el("span", "name"), el("div", "bar"), el("span", "figures"));
  row.firstChild.append(term(item.term, item.label));
  const bar = row.children[1];
  bar.setAttribute("role", "img");
  bar.append(el("div", "used"));
  if (item.reserved) bar.append(el("div", "reserved"));
  item.marks.forEach(() => bar.append(el("div", "at")));
  if (item.names.length) {
    const scale = row.appendChild(el("div", "scale"));
    item.names.forEach(() => scale.append(el("span")));
  }
  return row;
}

function fillLimit(row, item) {
  const bar = row.children[1];
  attr(bar, "aria-label", item.label + ": " + item.figures + (item.more ? ", " + item.more : ""));
  put(row.children[2], item.figures + (item.more ? " · " + item.more : ""));
  bar.firstChild.className = "used level-" + item.level;
  bar.firstChild.style.width = 100 * item.fill + "%";
  if (item.reserved) bar.querySelector(".reserved").style.width = 100 * item.reserved + "%";
  bar.querySelectorAll(".at").forEach((mark, i) => { mark.style.left = item.marks[i] + "%"; });
  row.querySelectorAll(".scale span").forEach((label, i) => {
    label.style.left = item.marks[i] + "%";
    put(label, item.names[i]);
  });
}

const opened = new Set();

function who(data) {
  const rows = [];
  for (const application of data.who?.applications ?? []) {
    rows.push({ id: "a " + application.name, application });
    const instances = application.instances ?? [];
    if (opened.has(application.name)) {
      instances.forEach((instance) => rows.push({ id: "i " + application.name + "/" + instance.id, kind: "instance",
        application: { ...instance, name: instance.id }, own: application.name === data.server.application
          && instance.id === data.server.instance }));
      if (application.moreInstances) rows.push({ id: "m " + application.name, kind: "instance",
        application: { name: plural(application.moreInstances, "more instance"), sessions: "", states: {} } });
    }
  }
  table($("who"), "Sessions by application", [
    { label: "Application", type: "wrap", fill: (node, row) => applicationCell(node, row, data) },
    { label: "Sessions", term: "sessions", num: true, fill: cell((row) => row.application.sessions) },
    { label: "States", term: "states", fill: cell((row) => states(row.application.states)) }
  ], rows, (row) => row.id, data.who ? "No sessions." : "Who holds the server is unknown.");
  note($("who"), data.who?.more ? plural(data.who.more, "more application") + " not shown." : "");
}

function applicationCell(node, row, data) {
  const application = row.application;
  const own = row.own || (!row.kind && application.name === data.server.application);
  put(part(node, "name", () => el("span")), name(application.name) + (own ? row.kind ? " (this instance)" : " (this one)" : ""));
  const instances = (application.instances?.length ?? 0) + (application.moreInstances ?? 0);
  const button = part(node, "more", () => {
    const made = el("button", "plain");
    made.type = "button";
    made.addEventListener("click", () => {
      if (!opened.delete(made.application)) opened.add(made.application);
      if (latest) who(latest);
    });
    return made;
  });
  button.application = application.name;
  show(button, !row.kind && instances > 1);
  put(button, plural(instances, "instance"));
  attr(button, "aria-expanded", String(opened.has(application.name)));
}

function blocked(data) {
  const roots = data.blocked?.roots ?? [];
  const tree = part($("blocked"), "tree", () => el("ul", "tree"));
  tree.kept ??= new Map();
  show(tree, roots.length > 0);
  nodes(tree, roots, data);
  const empty = part($("blocked"), "none", () => el("p", "none"));
  put(empty, data.blocked ? "No session waits for a lock." : "Who waits for a lock is unknown.");
  show(empty, roots.length === 0);
  const shown = count(roots);
  note($("blocked"), data.blocked && data.blocked.waiting > shown
    ? plural(data.blocked.waiting - shown, "more session waits", "more sessions wait") + " and is not shown." : "");
}

const count = (all) => all.reduce((sum, node) => sum + (node.waitingMs == null ? 0 : 1) + count(node.blocks), 0);

function nodes(parent, all, data) {
  keep(parent, all, (node) => String(node.pid), () => {
    const item = el("li");
    item.append(el("span", "who"), " ", el("span"), el("span", "code"), el("span", "sql"), el("ul"));
    return item;
  }, (item, node) => {
    const [title, what, site, sql, below] = item.children;
    put(title, node.pid === 0 ? "A prepared transaction" : name(node.application) + " " + node.pid);
    put(what, [node.waitingMs == null ? "" : "waits for " + time(node.waitingMs),
      node.state ?? "", node.transactionMs == null ? "" : "in a transaction for " + time(node.transactionMs),
      node.blocks.length ? "blocks " + count(node.blocks) : "",
      node.alsoBehind.length ? "also behind " + node.alsoBehind.join(", ") : "",
      node.lease ? "held for " + time(node.lease.heldMs) + " by " + node.lease.holder
        + (node.lease.transaction ? " in " + node.lease.transaction : "") : ""].filter(Boolean).join(" · "));
    putCode(site, node.lease ? " at " + (node.lease.callSite ?? "an unknown line") : "");
    put(sql, node.sql ?? "");
    show(sql, node.sql != null);
    show(below, node.blocks.length > 0);
    nodes(below, node.blocks, data);
  });
}

function leases(data) {
  const held = data.leases?.held ?? [];
  const several = data.pools.length > 1;
  table($("leases"), "Leases held now", [
    { label: "Held for", type: "short", term: "held for", fill: cell((lease) => time(lease.heldMs)) },
    { label: "Backend", type: "short", term: "backend", fill: cell((lease) => (lease.pid ?? UNKNOWN) + (several ? " of " + lease.pool : "")) },
    { label: "Holder", type: "wrap", term: "holder", fill: cell((lease) => lease.holder) },
    { label: "Transaction", term: "transaction", fill: blankable((lease) => lease.transaction) },
    { label: "Call site", term: "call site", fill: code((lease) => lease.callSite ?? "not recorded") },
    { label: "Session", type: "short", term: "session", fill: (node, lease) => state(node, lease.session) },
    { label: "Leak", term: "leak", fill: blankable((lease) => lease.leak) },
    { label: "Stack", fill: stackCell }
  ], held, (lease) => lease.pool + " " + (lease.pid ?? lease.holder),
  data.leases ? "No connection is out." : "Leases are not watched: pgkeel.leak.enabled is false.");
  note($("leases"), data.leases?.more ? plural(data.leases.more, "more lease") + " not shown." : "");
}

function stackCell(node, lease) {
  const before = node.lease;
  node.lease = lease;
  const button = part(node, "button", () => {
    const made = el("button", "plain");
    made.type = "button";
    made.append("Show", el("span", "hidden"));
    made.addEventListener("click", () => toggleStack(node, made));
    attr(made, "aria-expanded", "false");
    return made;
  });
  put(button.lastChild, " the stack of " + lease.holder);
  show(button, lease.pid != null);
  node.classList.toggle("blank", lease.pid == null);
  // The same connection, but in other hands
  if (before && (before.holder !== lease.holder || lease.heldMs < before.heldMs)) unfold(node, button, false);
}

function unfold(node, button, open) {
  const box = node.parentElement.children[4].parts?.stack;
  if (box) show(box, open);
  attr(button, "aria-expanded", String(open));
  put(button.firstChild, open ? "Hide" : "Show");
}

async function toggleStack(node, button) {
  const box = part(node.parentElement.children[4], "stack", () => {
    const made = el("div", "stack");
    made.tabIndex = 0;
    made.setAttribute("role", "region");
    made.setAttribute("aria-label", "Stack");
    made.hidden = true;
    return made;
  });
  const open = box.hidden;
  unfold(node, button, open);
  if (!open) return;
  put(box, "Asking ...");
  const query = new URLSearchParams({ pool: node.lease.pool, pid: node.lease.pid });
  try {
    const response = await fetch(new URL("stack?" + query, base), { cache: "no-store" });
    put(box, response.ok ? (await response.json()).join("\n") || "The thread has ended." : "The lease has ended.");
  } catch {
    put(box, "This instance does not answer.");
  }
}

function idle(data) {
  const sessions = data.idle?.sessions ?? [];
  table($("idle"), "Sessions idle in a transaction", [
    { label: "Idle for", type: "short", term: "idle in transaction", fill: cell((session) => time(session.idleMs)) },
    { label: "Backend", type: "short", term: "backend", fill: cell((session) => session.pid) },
    { label: "Application", type: "wrap", fill: cell((session) => name(session.application)) },
    { label: "Call site", term: "call site", fill: code((session) => session.lease
      ? session.lease.callSite ?? "not recorded" : "not known here") },
    { label: "Last statement", fill: code((session) => session.sql ?? (data.server.valuesShown ? UNKNOWN : "hidden")) }
  ], sessions, (session) => String(session.pid), data.idle
    ? data.idle.longestMs > 0 ? "The longest has been idle in its transaction for " + time(data.idle.longestMs) + "."
      : "No session is idle in a transaction."
    : "Which sessions are idle in a transaction is unknown.");
  note($("idle"), sessions.length && !data.server.valuesShown
    ? "Statements are hidden: see management.endpoint.pgkeelconsole.show-values." : "");
}

function history(data) {
  const past = data.history;
  const charts = [
    { id: "used", term: "server used", label: "Server", lines: [past.used], cap: past.limit },
    { id: "pool", term: "pool use", label: "Pool", lines: [past.active, past.pending], keys: ["in use", "waiting"] },
    { id: "leaks", term: "leaks healed", label: "Leaks healed", lines: [past.leaks] },
    { id: "rate", term: "rate", label: "Transactions / s", lines: [past.rate] },
    { id: "p95", term: "p95", label: "Transaction time", unit: " ms", lines: [past.p95Ms] }
  ];
  keep($("history"), charts, (chart) => chart.id, makeChart,
    (figure, chart) => fillChart(figure, chart, past.secondsAgo));
}

function makeChart(chart) {
  const figure = el("figure", "chart");
  const caption = figure.appendChild(el("figcaption"));
  caption.append(el("span"), el("b"));
  caption.firstChild.append(term(chart.term, chart.label));
  if (chart.keys) chart.keys.forEach((key, i) => caption.firstChild.append(" ", el("span", "key" + (i ? " second" : ""), key)));
  const picture = figure.appendChild(document.createElementNS(SVG, "svg"));
  picture.setAttribute("viewBox", "0 0 " + SPAN + " 100");
  picture.setAttribute("preserveAspectRatio", "none");
  picture.setAttribute("role", "img");
  for (const kind of ["area", "cap", "", "second"]) {
    const path = picture.appendChild(document.createElementNS(SVG, "path"));
    path.setAttribute("class", kind);
  }
  const ends = figure.appendChild(el("div", "ends"));
  ends.append(el("span", "", "15 min ago"), el("span"), el("span", "", "now"));
  return figure;
}

function fillChart(figure, chart, times) {
  const [caption, picture, ends] = figure.children;
  const known = chart.lines.filter(Boolean).flat().filter((value) => value !== null);
  const unit = chart.unit ?? "";
  const latest = chart.lines.map((line) => line ? line[line.length - 1] ?? null : null);
  const top = Math.max(1, ...known, ...(chart.cap ?? []).filter((value) => value !== null));
  const highest = known.length ? number(Math.max(...known)) + unit : UNKNOWN;
  const now = latest.map((value) => value === null ? UNKNOWN : number(value) + unit).join(" / ");
  put(caption.lastChild, now);
  put(ends.children[1], "highest " + highest);
  attr(picture, "aria-label", chart.label + (chart.keys ? ", " + chart.keys.join(" and ") : "") + ": now " + now
    + ", highest in 15 minutes " + highest);
  const [area, cap, first, second] = picture.children;
  attr(area, "d", line(times, chart.lines[0], top, true));
  attr(cap, "d", line(times, chart.cap, top));
  attr(first, "d", line(times, chart.lines[0], top));
  attr(second, "d", line(times, chart.lines[1], top));
}

// What was not known is a gap, and so is a time without an answer
function line(times, values, top, area) {
  if (!values) return "";
  let path = "";
  let start = null;
  let end = null;
  const close = () => { if (area && start !== null) path += "L" + end + " 100L" + start + " 100Z"; };
  for (let i = 0; i < values.length; i++) {
    const x = SPAN - times[i];
    if (values[i] === null || (i > 0 && times[i - 1] - times[i] > 90)) {
      close();
      start = null;
      if (values[i] === null) continue;
    }
    const y = (98 - 94 * values[i] / top).toFixed(1);
    path += (start === null ? "M" : "L") + x + " " + y;
    start ??= x;
    end = x;
  }
  close();
  return path;
}

function alerts(data) {
  const all = data.alerts?.history ?? [];
  table($("alerts"), "Changes of alerts", [
    { label: "Since", type: "short", fill: cell((alert) => clock(alert.since)) },
    { label: "Level", fill: (node, alert) => tag(node, alert.level) },
    { label: "What", fill: cell((alert) => alert.subject + ": " + alert.message) }
  ], all, (alert) => alert.since + alert.subject + alert.level,
  data.alerts ? "No alert since the start." : "There are no alerts: the monitor or pgkeel.alert.enabled is off.");
}

function leaks(data) {
  table($("leaks"), "Leaks found", [
    { label: "Found", type: "short", fill: cell((leak) => clock(leak.at)) },
    { label: "Outcome", type: "short", fill: cell((leak) => leak.kind === "reclaimed" ? "\u2713 healed" : leak.kind) },
    { label: "Borrowed at", term: "call site", fill: code((leak) => leak.callSite ?? "not recorded") },
    { label: "Held for", term: "held for", num: true, fill: cell((leak) => time(leak.heldMs)) }
  ], data.leaks ?? [], (leak) => leak.at + leak.kind + leak.holder,
  data.leaks ? "No leak since the start." : "Leaks are not looked for: pgkeel.leak.enabled is false.");
  note($("leaks"), data.leases?.reclaimed ? data.leases.reclaimed + " healed since the start." : "");
}

function schema(data) {
  const run = data.schema;
  const pairs = part($("schema"), "pairs", () => el("dl", "pairs"));
  const lines = !run ? [["Scripts", "switched off"]] : [
    ["Last run", run.outcome + (run.outcome === "pending" ? "" : " in " + time(run.durationMs))],
    ["Scripts", run.scripts.map((script) => script.name + " (" + script.outcome
      + (script.statements ? ", " + plural(script.statements, "statement") : "") + ")").join(", ") || "none"],
    ["Changed", run.changes.join(", ") || "nothing"],
    ["Drift", run.drift.join(", ") || "none", "drift"]
  ];
  keep(pairs, lines.flatMap(([label, content, explained]) => [{ tag: "dt", label, content: label, explained },
    { tag: "dd", label, content }]), (item) => item.tag + item.label, (item) => {
    const node = el(item.tag);
    if (item.explained) node.append(term(item.explained, item.content));
    return node;
  }, (node, item) => item.explained || put(node, item.content));
  const box = part($("schema"), "findings", () => el("div"));
  show(box, (run?.findings.length ?? 0) > 0);
  part(box, "title", () => {
    const title = el("h3");
    title.append(term("findings", "Findings"));
    return title;
  });
  table(box, "Findings in the schema scripts", [
    { label: "Place", fill: code((finding) => finding.place) },
    { label: "Severity", fill: cell((finding) => finding.severity) },
    { label: "What", fill: cell((finding) => (finding.message ?? "hidden") + " [" + finding.id + "]") }
  ], run?.findings ?? [], (finding) => finding.place + finding.id, "");
  note($("schema"), run?.more ? plural(run.more, "more line") + " not shown." : "");
}

// ---- The report

function markdown(data) {
  const quote = (value) => "`" + String(value ?? UNKNOWN).replace(/[`|]/g, "'").replace(/\s+/g, " ") + "`";
  const out = ["# " + LEVELS[data.verdict.level] + ": " + data.verdict.text, "",
    "- at " + new Date(data.now).toISOString(),
    "- by " + quote(data.server.application + "/" + data.server.instance),
    ...facts(data).map((fact) => "- " + fact), ...data.verdict.also.map((fact) => "- " + fact)];
  const rows = (title, head, all, empty) => {
    out.push("", "## " + title, "");
    if (!all.length) { out.push(empty); return; }
    out.push("| " + head.join(" | ") + " |", "|" + "---|".repeat(head.length),
      ...all.map((row) => "| " + row.map((value) => String(value).replace(/\|/g, "\\|")).join(" | ") + " |"));
  };
  rows("Connections", ["limit", "used", "of"], [
    ...(data.limits?.usages ?? []).map((usage) => [usage.kind, (usage.upperBound ? "at most " : "") + usage.used, usage.limit]),
    ...data.pools.map((pool) => ["pool " + quote(pool.name), pool.active + " in use, " + pool.idle + " idle, "
      + pool.pending + " waiting", pool.max])], UNKNOWN);
  rows("Who holds the server", ["application", "sessions", "states"], (data.who?.applications ?? []).map((one) =>
    [quote(name(one.name)), one.sessions, states(one.states)]), data.who ? "No sessions." : UNKNOWN);
  out.push("", "## Who waits for whom", "");
  const walk = (all, indent) => all.forEach((node) => {
    out.push(indent + "- " + quote(name(node.application)) + " " + node.pid
      + (node.waitingMs == null ? "" : ", waits for " + time(node.waitingMs))
      + (node.state ? ", " + node.state : "")
      + (node.lease ? ", held by " + quote(node.lease.holder) + " at " + quote(node.lease.callSite) : "")
      + (node.sql ? ", " + quote(node.sql) : ""));
    walk(node.blocks, indent + "  ");
  });
  walk(data.blocked?.roots ?? [], "");
  if (!data.blocked?.roots.length) out.push(data.blocked ? "No session waits for a lock." : UNKNOWN);
  rows("Leases held now", ["held for", "backend", "holder", "transaction", "call site", "session", "leak"],
    (data.leases?.held ?? []).map((lease) => [time(lease.heldMs), lease.pid ?? UNKNOWN, quote(lease.holder),
      lease.transaction ? quote(lease.transaction) : "", quote(lease.callSite), lease.session, lease.leak ?? ""]),
    data.leases ? "None." : UNKNOWN);
  rows("Idle in transaction", ["idle for", "backend", "application", "call site", "last statement"],
    (data.idle?.sessions ?? []).map((one) => [time(one.idleMs), one.pid, quote(name(one.application)),
      one.lease ? quote(one.lease.callSite) : "", one.sql ? quote(one.sql) : "hidden"]), data.idle ? "None." : UNKNOWN);
  rows("Alerts", ["since", "level", "what"], (data.alerts?.history ?? []).map((alert) =>
    [new Date(alert.since).toISOString(), alert.level, quote(alert.subject + ": " + alert.message)]), data.alerts ? "None." : UNKNOWN);
  rows("Leaks", ["found", "outcome", "borrowed at", "held for"], (data.leaks ?? []).map((leak) =>
    [new Date(leak.at).toISOString(), leak.kind, quote(leak.callSite), time(leak.heldMs)]), data.leaks ? "None." : UNKNOWN);
  out.push("", "## Schema", "", data.schema ? "- " + data.schema.outcome + " in " + time(data.schema.durationMs) : UNKNOWN,
    ...(data.schema?.changes ?? []).map((change) => "- " + quote(change)),
    ...(data.schema?.drift ?? []).map((drift) => "- drift: " + quote(drift)),
    ...(data.schema?.findings ?? []).map((finding) => "- " + quote(finding.place) + " "
      + (finding.message == null ? finding.id : quote(finding.message))));
  return out.join("\n") + "\n";
}

async function copy() {
  if (!latest) { put($("copied"), "Nothing to copy yet"); return; }
  const content = markdown(latest);
  try {
    await navigator.clipboard.writeText(content);
    put($("copied"), "Copied");
    setTimeout(() => put($("copied"), ""), 4000);
  } catch {
    // Browsers let pages copy over HTTPS and on the own machine only
    $("report-text").value = content;
    $("report").showModal();
    $("report-text").select();
  }
}

// ---- Explanations

function explain(target) {
  const tip = $("tip");
  put(tip, TERMS[target.dataset.term]);
  tip.hidden = false;
  attr(target, "aria-describedby", "tip");
  const place = target.getBoundingClientRect();
  const size = tip.getBoundingClientRect();
  const above = place.bottom + 8 + size.height > innerHeight;
  tip.style.left = Math.max(8, Math.min(place.left, innerWidth - size.width - 8)) + "px";
  tip.style.top = (above ? Math.max(8, place.top - size.height - 6) : place.bottom + 6) + "px";
}

function hush() {
  $("tip").hidden = true;
  document.querySelectorAll("[aria-describedby=tip]").forEach((node) => node.removeAttribute("aria-describedby"));
}

const explained = (event) => event.target.closest?.("[data-term]");
for (const kind of ["pointerover", "focusin", "click"])
  document.addEventListener(kind, (event) => { if (explained(event)) explain(explained(event)); });
for (const kind of ["pointerout", "focusout"])
  document.addEventListener(kind, (event) => { if (explained(event)) hush(); });
document.addEventListener("keydown", (event) => { if (event.key === "Escape") hush(); });
document.addEventListener("scroll", hush, { passive: true });

// ---- Refreshing: one request at a time, none while nobody looks

let latest = null;
let timer = 0;
let running = false;
let failures = 0;
let paused = false;

function render(data) {
  put($("title"), data.server.application + " / " + data.server.instance);
  for (const section of [verdict, limits, who, blocked, leases, idle, history, alerts, leaks, schema]) section(data);
}

async function refresh() {
  clearTimeout(timer);
  if (running) return;
  running = true;
  try {
    const response = await fetch(new URL("data", base), { cache: "no-store", signal: AbortSignal.timeout(10000) });
    if (!response.ok) throw new Error("HTTP " + response.status);
    const body = await response.text();
    const start = performance.now();
    latest = JSON.parse(body);
    render(latest);
    performance.clearMeasures("pgkeel-refresh");
    performance.measure("pgkeel-refresh", { start, end: performance.now() });
    failures = 0;
    show($("trouble"), false);
  } catch (error) {
    failed(error);
  } finally {
    running = false;
    schedule();
  }
}

function failed(error) {
  failures++;
  put($("trouble"), "This instance does not answer (" + error.message + ")."
    + (latest ? " What is shown is of " + clock(latest.now) + "." : ""));
  show($("trouble"), true);
  if (failures === 2) {
    const text = "this instance does not answer";
    verdict({ ...(latest ?? { server: { application: UNKNOWN } }), verdict: { level: "unknown", text, also: [] } });
  }
}

function schedule() {
  clearTimeout(timer);
  if (!paused && !document.hidden) timer = setTimeout(refresh, 1000 * Number($("every").value));
}

$("every").addEventListener("change", schedule);
$("pause").addEventListener("click", () => {
  paused = !paused;
  attr($("pause"), "aria-pressed", String(paused));
  if (paused) clearTimeout(timer);
  else refresh();
});
$("copy").addEventListener("click", copy);
$("report-close").addEventListener("click", () => $("report").close());
document.addEventListener("visibilitychange", () => {
  if (document.hidden) clearTimeout(timer);
  else if (!paused) refresh();
});
refresh();
