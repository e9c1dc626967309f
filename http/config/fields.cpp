// SPDX-License-Identifier: Apache-2.0
#include "http/config/fields.hpp"

namespace ringmaster::config {
namespace {

constexpr double port_most = 65535;
constexpr double day_ms = 86'400'000;

// clang-format 14 takes the lambdas apart.
// clang-format off
const field<settings> settings_table[] = {
    {"serv_addr", [](settings& s) -> auto& { return s.single.address; },
     "Host name or IP address of the one Asterisk server's AMI; see `pbxs` for several."},
    {"serv_port", [](settings& s) -> auto& { return s.single.port; }, "TCP port of its AMI.", 1, port_most},
    {"username", [](settings& s) -> auto& { return s.single.username; }, "AMI user (a section of its manager.conf)."},
    {"password", [](settings& s) -> auto& { return s.single.password; },
     "Secret of that user; better in the environment, as `RINGMASTER_AMI_SECRET`."},
    {"allow_plain_secret", [](settings& s) -> auto& { return s.single.allow_plain_secret; },
     "Whether the secret may go out in plain text to a server that offers no MD5 challenge: whoever is on the way can read it then, and can bring it about."},
    {"allow_lossy_config_changes", [](settings& s) -> auto& { return s.single.allow_lossy_config_changes; },
     "Whether queues and parking lots that are not in Ringmaster's own files may be changed and removed as well: in `queues.conf` and `res_parking.conf`, which Asterisk then writes anew, with all that they include. This may be lost or damaged: block comments (what was commented out counts again), the comment after the last setting, lines with `#exec`; files included by a pattern (`#include \"queues.d/*.conf\"`), which hold everything twice afterwards; sections of included files, whose new lines go into the wrong file; settings that override a template's, for which the template's may count."},
    {"data_dir", [](settings& s) -> auto& { return s.data_dir; },
     "Folder of the database. Empty: `$XDG_DATA_HOME/ringmaster`, or `~/.local/share/ringmaster`."},
    {"database.name", [](settings& s) -> auto& { return s.database_name; }, "Taken so that configurations of the call manager can be used as they are; the database is `data.mdb` in `data_dir`, whatever it says."},
    {"database.map_size", [](settings& s) -> auto& { return s.database_map_size; },
     "Bytes that the database may hold at first: address space, which costs no disk before it is used. Beyond it lies an eighth, 16 MiB at most, for ends of calls and deletes alone.",
     1 << 20, 1e15},
    {"database.map_limit", [](settings& s) -> auto& { return s.database_map_limit; },
     "Bytes that the database grows to by itself while it runs, from `database.map_size` on. 0: it may hold `database.map_size` and no more.",
     0, 1e15},
    {"database.erase_deleted_after_days", [](settings& s) -> auto& { return s.erase_deleted_after_days; },
     "Days after which what was deleted is erased: name, e-mail, variables, ukey, free text and numbers. 0: within a second. `erase=1` of a delete does it at once.",
     0, 36'500},
    {"database.audit_days", [](settings& s) -> auto& { return s.audit_days; },
     "Days for which the audit is kept: who changed what, at `/admin/audit`. 0: nothing of it is kept for longer than ten minutes.", 0, 36'500},
    {"general.result_filename", [](settings& s) -> auto& { return s.result_filename; },
     "File that a line of JSON is appended to whenever a dialing ends; relative to `data_dir`."},
    {"loglevel", [](settings& s) -> auto& { return s.loglevel; }, "0 (emergencies alone) to 7 (debug), as syslog counts.", 0, 7},
    {"timezone", [](settings& s) -> auto& { return s.timezone; }, "Time zone of campaigns that name none, e.g. `Europe/Berlin`."},
    {"zoneinfo", [](settings& s) -> auto& { return s.zoneinfo; },
     "Folder with the rules of the time zones, as the package `tzdata` has them. Newer ones are in use within a minute, without a restart; `/health` tells their version."},
    {"technology_aliases", [](settings& s) -> auto& { return s.technology_aliases; },
     "Whether `SIP` dials PJSIP on a server that has no SIP driver; a PBX may say otherwise."},
    {"dialplan_events", [](settings& s) -> auto& { return s.dialplan_events; },
     "Whether Asterisk is asked for the events of its dialplan (VarSet, Newexten): `application`, `variables` and place of the channels at `/core/channels`. They are about half of what it sends; a large dialer may do without. A PBX may say otherwise."},
    {"http.address", [](settings& s) -> auto& { return s.http.address; }, "IP address to listen on."},
    {"http.port", [](settings& s) -> auto& { return s.http.port; }, "TCP port to listen on; 0 takes a free one.", 0, port_most},
    {"http.tls.certificate", [](settings& s) -> auto& { return s.http.certificate; }, "PEM file with the certificate chain. With `http.tls.key`, turns TLS on."},
    {"http.tls.key", [](settings& s) -> auto& { return s.http.key; }, "PEM file with the private key."},
    {"http.tls.only", [](settings& s) -> auto& { return s.http.tls_only; },
     "Seconds for which browsers are told to use TLS alone for this host (HSTS), on all of its ports; 0 tells them nothing.", 0, 1e9},
    {"http.allow_plain_beyond_loopback", [](settings& s) -> auto& { return s.http.allow_plain_beyond_loopback; },
     "Must be true to listen on another address than loopback without TLS: passwords and numbers are then readable on the way."},
    {"http.limits.header", [](settings& s) -> auto& { return s.http.limits.head.bytes; }, "Bytes of a request's header.", 512, 1 << 20},
    {"http.limits.header_fields", [](settings& s) -> auto& { return s.http.limits.head.fields; }, "Fields of a request's header.", 8, 10'000},
    {"http.limits.target", [](settings& s) -> auto& { return s.http.limits.head.target; }, "Bytes of a request's target (path and query).", 256, 1 << 20},
    {"http.limits.body", [](settings& s) -> auto& { return s.http.limits.body; }, "Bytes of a request's body; imports are not bounded by it.", 1024, 1e12},
    {"http.limits.header_time", [](settings& s) -> auto& { return s.http.limits.head_time; }, "Milliseconds for a request's header to come.", 10, day_ms},
    {"http.limits.body_time", [](settings& s) -> auto& { return s.http.limits.body_time; }, "Milliseconds of grace for a body, beyond its rate.", 10, day_ms},
    {"http.limits.body_rate", [](settings& s) -> auto& { return s.http.limits.body_rate; }, "Bytes per second that a body has to keep up.", 1, 1e9},
    {"http.limits.write_time", [](settings& s) -> auto& { return s.http.limits.write_time; }, "Milliseconds that a response may stand still.", 10, day_ms},
    {"http.limits.idle_time", [](settings& s) -> auto& { return s.http.limits.idle_time; }, "Milliseconds between two requests of a connection.", 10, day_ms},
    {"http.limits.body_time_most", [](settings& s) -> auto& { return s.http.limits.body_time_most; }, "Milliseconds for a whole body, however fast it comes; imports are not bounded by it.", 10, day_ms},
    {"http.limits.body_open", [](settings& s) -> auto& { return s.http.limits.open_body; }, "Bytes of a request's body where no token is needed.", 0, 1 << 20},
    {"http.limits.bodies", [](settings& s) -> auto& { return s.http.limits.bodies; }, "Bytes of all bodies together that are being held; beyond it, a request gets 503.", 1 << 20, 1e12},
    {"http.limits.connections", [](settings& s) -> auto& { return s.http.limits.connections; }, "Connections at once; fewer where the process may not open as many files (the log says so).", 1, 1e6},
    {"http.limits.connections_per_address", [](settings& s) -> auto& { return s.http.limits.connections_per_address; }, "Connections at once of one IPv4 address or one IPv6 network (/64). Behind a proxy, which has one address, as many as `http.limits.connections`.", 1, 1e6},
    {"http.limits.strangers", [](settings& s) -> auto& { return s.http.limits.strangers; }, "Connections at once on which no good token has come yet; for one more, the quietest of the address that has most of them is closed.", 4, 1e6},
    {"http.limits.pipelined", [](settings& s) -> auto& { return s.http.limits.pipelined; }, "Unanswered requests of one connection.", 1, 10'000},
    {"threads.io", [](settings& s) -> auto& { return s.threads.io; }, "Threads that serve HTTP connections; 0: one a core.", 0, 1024},
    {"threads.actors", [](settings& s) -> auto& { return s.threads.actors; }, "Threads that run actors; 0: one a core.", 0, 1024},
    {"threads.parsers", [](settings& s) -> auto& { return s.threads.parsers; }, "Workers that parse what Asterisk sends; 0: one a core.", 0, 1024},
    {"threads.passwords", [](settings& s) -> auto& { return s.threads.passwords; }, "Threads that check passwords.", 1, 64},
    {"auth.token_lifetime", [](settings& s) -> auto& { return s.tokens.lifetime; }, "Seconds that a token is good for.", 60, 31'536'000},
    {"auth.token_sliding", [](settings& s) -> auto& { return s.tokens.sliding; }, "Whether each use begins the lifetime anew."},
    {"auth.password_memory", [](settings& s) -> auto& { return s.passwords.memory_kib; }, "KiB of memory that a password's hash takes (argon2id).", 8, 4'194'304},
    {"auth.password_passes", [](settings& s) -> auto& { return s.passwords.passes; }, "Passes of a password's hash over its memory.", 1, 1000},
};
// clang-format on

const field<pbx_settings> pbx_table[] = {
    {"name", [](pbx_settings& p) -> auto& { return p.name; }, "Name in logs, metrics and explanations; unique."},
    {"address", [](pbx_settings& p) -> auto& { return p.address; }, "Host name or IP address of its AMI."},
    {"port", [](pbx_settings& p) -> auto& { return p.port; }, "TCP port of its AMI.", 1, port_most},
    {"username", [](pbx_settings& p) -> auto& { return p.username; }, "AMI user (a section of its manager.conf)."},
    {"password", [](pbx_settings& p) -> auto& { return p.password; }, "Secret of that user; better in the environment, as `RINGMASTER_AMI_SECRET`."},
    {"allow_plain_secret", [](pbx_settings& p) -> auto& { return p.allow_plain_secret; }, "As the key of the same name above, for this server."},
    {"allow_lossy_config_changes", [](pbx_settings& p) -> auto& { return p.allow_lossy_config_changes; }, "As the key of the same name above, for this server."},
    {"originate_rate", [](pbx_settings& p) -> auto& { return p.originate_rate; }, "Calls begun per second at most.", 0.01, 1e6},
    {"max_channels", [](pbx_settings& p) -> auto& { return p.max_channels; }, "Channels of ours at once at most.", 1, 1e7},
    {"technology_aliases", [](pbx_settings& p) -> auto& { return p.technology_aliases; }, "As the key of the same name above, for this server."},
    {"dialplan_events", [](pbx_settings& p) -> auto& { return p.dialplan_events; }, "As the key of the same name above, for this server."},
};

} // namespace

std::span<const field<settings>> settings_fields() { return settings_table; }
std::span<const field<pbx_settings>> pbx_fields() { return pbx_table; }

} // namespace ringmaster::config
