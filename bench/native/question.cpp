// The whole question with libdeflate and simdjson on demand: calls from outside AWS under a key made for a Lambda function.
// Reads only what it must: the address first, and more only where the address is outside or Lambda's own name.
// On-demand compares keys as written: an escaped key ("sourceIP\u0041ddress") would be missed. The corpus has none.
#include "files.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <string_view>
#include <unordered_set>

#include <arpa/inet.h>

using simdjson::ondemand::object;
using Address = std::array<uint8_t, 16>;

/// Sorted, merged ranges of sixteen-byte addresses; IPv4 is mapped into ::ffff:0:0/96.
class Networks {
 public:
  explicit Networks(const char *path) {
    std::ifstream lines(path);
    if (!lines) fail(std::string("cannot open ") + path);
    for (std::string line; std::getline(lines, line);) add(line);
    for (const char *inside : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8",
                               "169.254.0.0/16", "fc00::/7", "fe80::/10"})
      add(inside);
    merge();
  }

  bool contain(const Address &address) const {
    auto after = std::upper_bound(ranges_.begin(), ranges_.end(), address,
                                  [](const Address &a, const auto &range) { return a < range.first; });
    return after != ranges_.begin() && !(std::prev(after)->second < address);
  }

  static bool parse(std::string_view text, Address &out) {
    char copy[INET6_ADDRSTRLEN];
    if (text.size() >= sizeof copy) return false;
    std::memcpy(copy, text.data(), text.size());
    copy[text.size()] = 0;
    if (text.find(':') != std::string_view::npos) return ::inet_pton(AF_INET6, copy, out.data()) == 1;
    out.fill(0);
    out[10] = out[11] = 0xff;
    return ::inet_pton(AF_INET, copy, out.data() + 12) == 1;  // refuses leading zeros
  }

 private:
  void add(const std::string &cidr) {
    const size_t slash = cidr.find('/');
    Address first;
    if (slash == std::string::npos || !parse(std::string_view(cidr).substr(0, slash), first)) fail("not a prefix: " + cidr);
    int bits = std::stoi(cidr.substr(slash + 1)) + (cidr.find(':') == std::string::npos ? 96 : 0);
    Address last = first;
    for (int i = bits; i < 128; i++) last[i / 8] |= 0x80 >> (i % 8);
    ranges_.emplace_back(first, last);
  }

  void merge() {
    std::sort(ranges_.begin(), ranges_.end());
    std::vector<std::pair<Address, Address>> merged;
    for (const auto &range : ranges_) {
      if (merged.empty() || merged.back().second < range.first) merged.push_back(range);
      else merged.back().second = std::max(merged.back().second, range.second);
    }
    ranges_ = std::move(merged);
  }

  std::vector<std::pair<Address, Address>> ranges_;
};

struct Use {
  std::string key, line;
  bool scoped;
};

/// Text of a member, or nothing: absent, null and other types are all "nothing".
static std::string_view text(object &from, std::string_view key) {
  std::string_view value;
  return from.find_field_unordered(key).get_string().get(value) ? std::string_view() : value;
}

static bool member(object &from, std::string_view key, object &out) {
  return !from.find_field_unordered(key).get_object().get(out);
}

static bool presigned_verb(std::string_view name) {
  static const std::set<std::string_view> verbs = {"GetObject", "HeadObject", "PutObject", "UploadPart", "PostObject",
                                                   "CreateMultipartUpload", "CompleteMultipartUpload", "AbortMultipartUpload"};
  return verbs.count(name) != 0;
}

class Question {
 public:
  explicit Question(const Networks &inside) : inside_(inside) {}

  void file(uint8_t *bytes, size_t size, size_t capacity) {
    simdjson::ondemand::document document;
    simdjson::ondemand::array records;
    if (parser_.iterate(bytes, size, capacity).get(document) || document["Records"].get_array().get(records))
      fail("not a CloudTrail file");
    for (auto element : records) {
      object record;
      if (element.get_object().get(record)) fail("a record is no object");
      judge(record);
    }
  }

  void print() const {
    std::set<std::string_view> lines;
    for (const Use &use : uses_)
      if (use.scoped || issued_.count(use.key)) lines.insert(use.line);
    for (const auto line : lines) std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
  }

 private:
  void judge(object &record) {
    const std::string_view source = text(record, "sourceIPAddress");
    if (source == "lambda.amazonaws.com") return issue(record);
    Address address;
    if (!Networks::parse(source, address) || inside_.contain(address)) return;
    use(record, std::string(source));
  }

  void issue(object &record) {
    if (record.reset().error() || text(record, "eventName") != "AssumeRole") return;
    object answer, credentials;
    if (member(record, "responseElements", answer) && member(answer, "credentials", credentials))
      issued_.emplace(text(credentials, "accessKeyId"));
  }

  void use(object &record, const std::string &address) {
    object identity, inner, issuer;
    if (record.reset().error() || !member(record, "userIdentity", identity)) return;
    if (text(identity, "type") != "AssumedRole") return;
    Use found{std::string(text(identity, "accessKeyId")), {}, false};
    std::string role;
    if (member(identity, "sessionContext", inner) && member(inner, "sessionIssuer", issuer)) role = text(issuer, "arn");
    if (identity.reset().error()) return;
    if (member(identity, "inScopeOf", inner)) found.scoped = text(inner, "issuerType").substr(0, 13) == "AWS::Lambda::";
    if (record.reset().error()) return;
    const std::string time(text(record, "eventTime")), name(text(record, "eventName")), id(text(record, "eventID"));
    if (presigned_verb(name) && text(record, "eventSource") == "s3.amazonaws.com" &&
        member(record, "additionalEventData", inner)) {
      const auto method = text(inner, "AuthenticationMethod");
      if (!method.empty() && method != "AuthHeader") return;
    }
    found.line = found.key + "\t" + address + "\t" + id + "\t" + role + "\t" + time + "\t" + name;
    uses_.push_back(std::move(found));
  }

  const Networks &inside_;
  simdjson::ondemand::parser parser_;
  std::vector<Use> uses_;
  std::unordered_set<std::string> issued_;
};

int main(int argc, char **argv) {
  if (argc != 3) fail("usage: question FOLDER PREFIXES");
  const Networks inside(argv[2]);
  Question question(inside);
  Inflater inflater;
  for (const auto &path : gzip_files(argv[1])) {
    const auto [bytes, size] = inflater.read(path, simdjson::SIMDJSON_PADDING);
    question.file(bytes, size, size + simdjson::SIMDJSON_PADDING);
  }
  question.print();
}
