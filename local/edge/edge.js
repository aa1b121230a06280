// nginx sends no Age of its own, and a revalidated copy keeps its first Date: so the time of the
// last validation of each path is kept here.
const FRESH = ["MISS", "EXPIRED", "REVALIDATED", "BYPASS"];

function age(r) {
    const now = Math.floor(Date.now() / 1000);
    const validated = ngx.shared.validated;
    if (FRESH.includes(r.variables.upstream_cache_status)) {
        validated.set(r.uri, now);
    } else if (validated.has(r.uri)) {
        r.headersOut["Age"] = String(Math.max(0, now - validated.get(r.uri)));
    }
}

export default {age};
