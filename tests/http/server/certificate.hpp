// SPDX-License-Identifier: Apache-2.0
/// A certificate for the tests of TLS.
#pragma once

#include "http/server/server.hpp"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

namespace ringmaster::http::server_tests {

/// A certificate for loopback, signed by its own key; gone at the end of the test.
class certificate {
public:
  certificate() {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* x = X509_new();
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), 0);
    X509_gmtime_adj(X509_getm_notAfter(x), 3600);
    X509_set_pubkey(x, key);
    auto* name = X509_get_subject_name(x);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(x, name);
    X509_sign(x, key, EVP_sha256());
    std::filesystem::create_directories(folder);
    write(files.certificate, [&](FILE* f) { PEM_write_X509(f, x); });
    write(files.key, [&](FILE* f) { PEM_write_PrivateKey(f, key, nullptr, nullptr, 0, nullptr, nullptr); });
    X509_free(x);
    EVP_PKEY_free(key);
  }
  ~certificate() { std::filesystem::remove_all(folder); }

  std::filesystem::path folder = std::filesystem::temp_directory_path() / ("ringmaster-tls-" + std::to_string(::getpid()));
  tls_files files{folder / "cert.pem", folder / "key.pem"};

private:
  template <class Write>
  static void write(const std::string& path, Write w) {
    FILE* f = std::fopen(path.c_str(), "w");
    w(f);
    std::fclose(f);
  }
};

} // namespace ringmaster::http::server_tests
