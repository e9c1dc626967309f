// SPDX-License-Identifier: Apache-2.0
/// The whole daemon inside one process, without its command line: database, engine, access, routes, server.
#pragma once

#include "http/config/settings.hpp"
#include "http/daemon/access.hpp"
#include "http/router.hpp"
#include "protocol/error.hpp"

#include <memory>
#include <string>

namespace ringmaster::daemon {

/// `start` and the destructor belong to one thread. The destructor ends everything in order: no new
/// requests, those in flight answered, the engine, the database.
class application {
public:
  /// Without a listener when `listen` is false: requests then come through `routes` alone. `tell` hears the
  /// password of the first user when it is made up here, whatever becomes of the start afterwards; without it the
  /// password has to be given.
  [[nodiscard]] static result<std::unique_ptr<application>> start(const config::settings& s, bool listen = true,
                                                                  const tell_password& tell = {});
  ~application();
  application(const application&) = delete;
  application& operator=(const application&) = delete;

  /// "http://127.0.0.1:8081"; empty without a listener.
  [[nodiscard]] std::string address() const;
  [[nodiscard]] const http::router& routes() const noexcept;

  /// The settings were read again: address, port, user and secret of the servers that there were at the start are used from
  /// now on, and servers that are not connected are tried at once. All else takes a restart, which the log says where it
  /// differs. `good` ones.
  void settings_are(const config::settings& s);

  /// What has to be done now and then: expired tokens, lists of deleted dlmas, newer rules of time zones. About once a
  /// second.
  void housekeeping();

private:
  struct parts;
  explicit application(std::unique_ptr<parts> made);
  std::unique_ptr<parts> parts_;
};

} // namespace ringmaster::daemon
