// SPDX-License-Identifier: Apache-2.0
#include "http/config/command_line.hpp"
#include "http/config/settings.hpp"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using namespace ringmaster;
using namespace ringmaster::config;
using namespace std::chrono_literals;

namespace {

std::string complaint_of(std::string_view text) {
  const auto r = parse_config(text, "file");
  return r ? "" : r.error().message;
}

environment fake(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const char* name) -> std::optional<std::string> {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional{found->second};
  };
}

result<invocation> load(std::vector<const char*> arguments, std::map<std::string, std::string> variables = {}) {
  arguments.insert(arguments.begin(), "ringmaster");
  return load_settings(static_cast<int>(arguments.size()), arguments.data(), fake(std::move(variables)));
}

} // namespace

TEST(configuration, reads_the_reference_form) {
  const auto s = parse_config(R"({
    "serv_addr": "10.1.2.3", "serv_port": "5039", "username": "u", "password": "p", "loglevel": "7",
    "general" : { "result_filename" : "./out.json" }, "database" : { "name": "./d.db" } })");
  ASSERT_TRUE(s) << s.error().message;
  ASSERT_EQ(1u, s->pbxs.size());
  EXPECT_EQ("10.1.2.3", s->pbxs[0].address);
  EXPECT_EQ(5039, s->pbxs[0].port);
  EXPECT_EQ("u", s->pbxs[0].username);
  EXPECT_EQ("p", s->pbxs[0].password);
  EXPECT_EQ(7u, s->loglevel);
  EXPECT_EQ("./out.json", s->result_filename);
  EXPECT_EQ("./d.db", s->database_name);
}

TEST(configuration, reads_several_servers) {
  const auto s = parse_config(R"({"technology_aliases": false, "pbxs": [
    {"name": "a", "address": "h1", "originate_rate": 2.5, "max_channels": 10},
    {"address": "h2", "port": 5040, "technology_aliases": true}]})");
  ASSERT_TRUE(s) << s.error().message;
  ASSERT_EQ(2u, s->pbxs.size());
  EXPECT_EQ(2.5, s->pbxs[0].originate_rate);
  EXPECT_EQ(10u, s->pbxs[0].max_channels);
  EXPECT_FALSE(s->pbxs[0].technology_aliases);
  EXPECT_EQ("asterisk-2", s->pbxs[1].name);
  EXPECT_EQ(5040, s->pbxs[1].port);
  EXPECT_TRUE(s->pbxs[1].technology_aliases);
}

TEST(configuration, allows_what_is_not_safe_only_on_a_server_that_is_named) {
  for (const auto& [key, is] : {std::pair{"allow_plain_secret", &pbx_settings::allow_plain_secret},
                                std::pair{"allow_lossy_config_changes", &pbx_settings::allow_lossy_config_changes}}) {
    const auto allowed = std::string{"\""} + key + "\": true";
    EXPECT_FALSE(parse_config("{}")->pbxs[0].*is) << key;
    EXPECT_TRUE(parse_config("{" + allowed + "}")->pbxs[0].*is) << key;
    const auto two = parse_config(R"({"pbxs": [{"name": "a"}, {"name": "b", )" + allowed + "}]}");
    ASSERT_TRUE(two) << two.error().message;
    EXPECT_FALSE(two->pbxs[0].*is) << key;
    EXPECT_TRUE(two->pbxs[1].*is) << key;
    EXPECT_EQ(std::string{"file:1: \"pbxs\" and \""} + key + "\" exclude each other", complaint_of("{" + allowed + R"(, "pbxs": [{}]})"));
  }
}

TEST(configuration, names_the_key_and_the_line_of_an_error) {
  EXPECT_EQ("file:2: \"serv_adr\" is no key of the configuration", complaint_of("{\n\"serv_adr\": \"x\"}"));
  EXPECT_EQ("file:3: \"http.prot\" is no key of the configuration", complaint_of("{\"http\":\n{\"port\": 1,\n\"prot\": 2}}"));
  EXPECT_EQ("file:2: \"http.port\" takes a number, not true or false", complaint_of("{\"http\": {\n\"port\": true}}"));
  EXPECT_EQ("file:1: \"http.port\" must lie from 0 to 65535", complaint_of("{\"http\": {\"port\": 65536}}"));
  EXPECT_EQ("file:1: \"http.port\" takes a whole number", complaint_of("{\"http\": {\"port\": -1}}"));
  EXPECT_EQ("file:1: \"http.port\" takes a whole number", complaint_of("{\"http\": {\"port\": \"80x\"}}"));
  EXPECT_EQ("file:1: \"http.port\" takes a whole number", complaint_of("{\"http\": {\"port\": 1.5}}"));
  EXPECT_EQ("file:1: \"http\" takes an object, not a number", complaint_of("{\"http\": 1}"));
  EXPECT_EQ("file:1: \"loglevel\" must lie from 0 to 7", complaint_of("{\"loglevel\": 8}"));
  EXPECT_EQ("file:1: \"username\" takes a string, not null", complaint_of("{\"username\": null}"));
  EXPECT_EQ("file:1: \"username\" must not hold line ends or NUL", complaint_of(R"({"username": "a\r\nb"})"));
  EXPECT_EQ("file:2: \"loglevel\" is given twice", complaint_of("{\"loglevel\": 1,\n\"loglevel\": 1}"));
  EXPECT_EQ("file:3: \"pbxs[1].prot\" is no key of a PBX", complaint_of("{\"pbxs\": [{},\n{\n\"prot\": 1}]}"));
  EXPECT_EQ("file:1: \"pbxs[1].name\" must be unique and not empty", complaint_of(R"({"pbxs": [{"name": "a"}, {"name": "a"}]})"));
  EXPECT_EQ("file:1: \"pbxs\" must name one server at least", complaint_of(R"({"pbxs": []})"));
  EXPECT_EQ("file:1: \"pbxs\" and \"serv_addr\" exclude each other", complaint_of(R"({"serv_addr": "a", "pbxs": [{}]})"));
  EXPECT_EQ("file:1: \"pbxs\" and \"allow_plain_secret\" exclude each other",
            complaint_of(R"({"allow_plain_secret": true, "pbxs": [{}]})"));
  EXPECT_EQ("http.port", parse_config("{\"http\": {\"port\": true}}").error().field);
}

TEST(configuration, refuses_what_is_not_json_with_its_line) {
  for (const std::string bad : {"", "[", "{", "[]", "1", "{\"loglevel\": 1} x", "{\"loglevel\": tru}", "{\"loglevel\" 1}",
                                "{\"loglevel\": 1,}", "{loglevel: 1}", "{\"username\": \"\\x\"}", "{\"loglevel\": 01}"}) {
    const auto why = complaint_of(bad);
    EXPECT_TRUE(why.starts_with("file:")) << bad << " → " << why;
  }
  EXPECT_TRUE(complaint_of("{\n\n\"loglevel\": tru}").starts_with("file:3: "));
  std::string deep;
  for (int i = 0; i < 100; ++i)
    deep += "{\"http\": ";
  EXPECT_NE("", complaint_of(deep + "1" + std::string(100, '}')));
}

TEST(configuration, its_sample_means_the_defaults) {
  const auto from_sample = parse_config(sample());
  ASSERT_TRUE(from_sample) << from_sample.error().message;
  const settings fresh;
  EXPECT_EQ(fresh.http.port, from_sample->http.port);
  EXPECT_EQ(fresh.http.limits.body, from_sample->http.limits.body);
  EXPECT_EQ(fresh.tokens.lifetime, from_sample->tokens.lifetime);
  EXPECT_EQ(fresh.database_map_size, from_sample->database_map_size);
  EXPECT_NE(std::string::npos, reference_page().find("| `http.port` | number | `8081` | 0 to 65535 |"));
}

TEST(configuration, refuses_to_listen_beyond_loopback_in_plain) {
  settings s;
  EXPECT_TRUE(validate(s));
  for (const auto* address : {"0.0.0.0", "::", "192.168.1.1"}) {
    s.http.address = address;
    EXPECT_EQ("http.address", validate(s).error().field);
  }
  s.http.allow_plain_beyond_loopback = true;
  EXPECT_TRUE(validate(s));
  s.http.allow_plain_beyond_loopback = false;
  s.http.certificate = "c.pem";
  EXPECT_EQ("http.tls", validate(s).error().field);
  s.http.key = "k.pem";
  EXPECT_TRUE(validate(s));
  for (const auto* address : {"127.0.0.7", "::1"}) {
    settings local;
    local.http.address = address;
    EXPECT_TRUE(validate(local));
  }
  s.timezone = "Europe/Nowhere";
  EXPECT_EQ("timezone", validate(s).error().field);
  s.timezone = "right/Europe/Berlin";
  EXPECT_EQ("timezone", validate(s).error().field) << "it counts leap seconds";
  s.timezone = "../zoneinfo/Europe/Berlin";
  EXPECT_EQ("timezone", validate(s).error().field);
  s.timezone = "Europe/Berlin";
  s.zoneinfo = "/nowhere/at/all";
  EXPECT_EQ("zoneinfo", validate(s).error().field);
  s.zoneinfo = settings{}.zoneinfo;
  EXPECT_TRUE(validate(s));
}

TEST(configuration, names_a_server_and_a_file_for_results) {
  settings s;
  s.pbxs.push_back({});
  EXPECT_TRUE(validate(s));
  s.pbxs[0].address.clear();
  EXPECT_EQ("serv_addr", validate(s).error().field);
  EXPECT_EQ("serv_addr", validate(*parse_config(R"({"serv_addr": ""})")).error().field);
  for (const auto* address : {"127.0.0.1:5038", "pbx.example.com:5038", "[::1]:5038", "tcp://pbx", "a pbx", "admin@pbx"})
    EXPECT_EQ("serv_addr", validate(*parse_config(R"({"serv_addr": ")" + std::string{address} + "\"}")).error().field) << address;
  for (const auto* address : {"127.0.0.1", "pbx.example.com", "::1", "fe80::1", "pbx-1"})
    EXPECT_TRUE(validate(*parse_config(R"({"serv_addr": ")" + std::string{address} + "\"}"))) << address;
  s.pbxs[0].address = "pbx";
  s.result_filename.clear();
  EXPECT_EQ("general.result_filename", validate(s).error().field);
}

TEST(configuration, its_files_can_be_used) {
  const auto folder = std::filesystem::temp_directory_path() / ("ringmaster-files-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder / "data" / "sub");
  settings s;
  s.data_dir = (folder / "data").string();
  for (const auto* good : {"./outbound_result.json", "outbound_result.json", "sub/x.json", "sub/../y.json", "../beside.json"}) {
    s.result_filename = good;
    EXPECT_TRUE(check_files(s)) << good;
    EXPECT_FALSE(std::filesystem::exists(result_file(s))) << good;
  }
  for (const auto* bad : {"/no such folder/x.json", "missing/x.json", "sub", "."}) {
    s.result_filename = bad;
    EXPECT_EQ("general.result_filename", check_files(s).error().field) << bad;
  }
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  std::filesystem::create_symlink(folder / "data" / "data.mdb", folder / "link"); // to a database that is not there yet
  for (const auto* bad : {"sub", "../fifo", "/dev/null", "./data.mdb", "lock.mdb", "sub/../ringmaster.lock", "ends.waiting", "../link"}) {
    s.result_filename = bad;
    EXPECT_EQ("general.result_filename", check_result_kind(s).error().field) << bad;
    EXPECT_EQ("general.result_filename", check_files(s).error().field) << bad;
  }
  s.result_filename = "outbound_result.json";
  for (const auto* fresh : {"not made yet", "not made yet/", "not/made"}) { // the start makes the folder
    s.data_dir = (folder / fresh).string();
    EXPECT_TRUE(check_files(s)) << fresh;
  }
  std::ofstream{folder / "a file"} << "x";
  for (const auto* impossible : {"a file", "a file/data"}) {
    s.data_dir = (folder / impossible).string();
    EXPECT_EQ("data_dir", check_files(s).error().field) << impossible;
  }
  s.data_dir = (folder / "data").string();
  s.pbxs.push_back({});
  EXPECT_EQ("username", check_files(s).error().field) << "Asterisk lets nobody in without one";
  s.pbxs[0].username = "dialer";
  EXPECT_TRUE(check_files(s));
  s.http.certificate = s.http.key = (folder / "none.pem").string();
  EXPECT_EQ("http.tls.certificate", check_files(s).error().field);
  std::ofstream{folder / "none.pem"} << "no certificate";
  EXPECT_EQ("http.tls.certificate", check_files(s).error().field);
  std::filesystem::remove_all(folder);
}

TEST(command_line, tells_an_empty_file_from_one_that_cannot_be_read) {
  const auto path = std::filesystem::temp_directory_path() / ("ringmaster-empty-" + std::to_string(::getpid()) + ".json");
  const auto name = path.string();
  for (const auto* nothing : {"", " \n"}) {
    std::ofstream{path} << nothing;
    EXPECT_NE(std::string::npos, load({"--config", name.c_str()}).error().message.find("is empty"));
  }
  std::ofstream{path} << "{}" << std::string(10'000, ' '); // more than is read at once
  EXPECT_TRUE(load({"--config", name.c_str()}));
  std::filesystem::remove(path);
  EXPECT_NE(std::string::npos, load({"--config", name.c_str()}).error().message.find("cannot be read"));
  EXPECT_NE(std::string::npos, load({"--config", "/tmp"}).error().message.find("cannot be read"));
}

TEST(command_line, overrides_the_file_and_the_environment) {
  const auto path = std::filesystem::temp_directory_path() / ("ringmaster-config-" + std::to_string(::getpid()) + ".json");
  std::ofstream{path} << R"({"serv_addr": "file", "password": "file", "http": {"port": 1}, "data_dir": "d"})";
  const auto name = path.string();
  auto from_file = load({"--config", name.c_str()});
  ASSERT_TRUE(from_file) << from_file.error().message;
  EXPECT_EQ("file", from_file->settings.pbxs.at(0).password);
  EXPECT_EQ("d", from_file->settings.data_dir);
  auto from_env = load({"--config", name.c_str()}, {{"RINGMASTER_AMI_SECRET", "env"}, {"RINGMASTER_ADMIN_PASSWORD", "adm"}});
  EXPECT_EQ("env", from_env->settings.pbxs.at(0).password);
  EXPECT_EQ("adm", from_env->settings.admin_password);
  auto from_line = load({"--config", name.c_str(), "--listen", "[::1]:0", "--data", "x", "--ami", "pbx:99", "--ami-user", "me",
                         "--ami-secret", "line"},
                        {{"RINGMASTER_AMI_SECRET", "env"}});
  std::filesystem::remove(path);
  ASSERT_TRUE(from_line) << from_line.error().message;
  const auto& s = from_line->settings;
  EXPECT_EQ("::1", s.http.address);
  EXPECT_EQ(0, s.http.port);
  EXPECT_EQ("x", s.data_dir);
  EXPECT_EQ("pbx", s.pbxs.at(0).address);
  EXPECT_EQ(99, s.pbxs.at(0).port);
  EXPECT_EQ("me", s.pbxs.at(0).username);
  EXPECT_EQ("line", s.pbxs.at(0).password);
}

TEST(command_line, has_defaults_and_says_what_it_does_not_understand) {
  const auto plain = load({}, {{"HOME", "/home/x"}});
  ASSERT_TRUE(plain);
  EXPECT_EQ(purpose::serve, plain->purpose);
  EXPECT_EQ("/home/x/.local/share/ringmaster", plain->settings.data_dir);
  EXPECT_EQ("127.0.0.1", plain->settings.http.address);
  EXPECT_EQ(8081, plain->settings.http.port);
  EXPECT_EQ(purpose::check_config, load({"--check-config"})->purpose);
  EXPECT_EQ(purpose::version, load({"--version"})->purpose);
  EXPECT_EQ(purpose::help, load({"--help"})->purpose);
  EXPECT_FALSE(load({"--what"}));
  EXPECT_FALSE(load({"--config", "/nowhere/file.json"}));
  for (const auto* bad : {"8081", "127.0.0.1", "127.0.0.1:", ":1", "127.0.0.1:65536", "::1:80", "127.0.0.1:1x", "host:1"})
    EXPECT_FALSE(load({"--listen", bad})) << bad;
  EXPECT_FALSE(load({"--listen", "0.0.0.0:8081"}));
}

namespace {

std::string file(const std::string& path) {
  std::ifstream in{std::string{RINGMASTER_TEST_DATA} + "/../../" + path, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

} // namespace

TEST(configuration, is_documented_by_its_own_table) {
  EXPECT_EQ(reference_page(), file("docs/configuration.md")) << "take over what `ringmaster --help-config` prints";
  EXPECT_EQ(sample(), file("configs/ringmaster.json"));
}

TEST(command_line, shows_no_secret_to_who_lists_processes) {
  std::string words[] = {"ringmaster", "--ami-secret", "se cret", "--data", "/x", "--ami-secret=other", "--ami-secretary"};
  std::vector<char*> argv;
  for (auto& word : words)
    argv.push_back(word.data());
  ringmaster::config::hide_secrets(static_cast<int>(argv.size()), argv.data());
  EXPECT_EQ("xxxxxxx", words[2]);
  EXPECT_EQ("/x", words[4]);
  EXPECT_EQ("--ami-secret=xxxxx", words[5]);
  EXPECT_EQ("--ami-secretary", words[6]);
}
