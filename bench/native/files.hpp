// What both programs share: the corpus's files, read whole, and libdeflate's gzip with its CRC check.
#pragma once
#include <libdeflate.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

[[noreturn]] inline void fail(const std::string &what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}

inline std::vector<std::string> gzip_files(const char *folder) {
  std::vector<std::string> paths;
  for (const auto &entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.path().extension() == ".gz") paths.push_back(entry.path().string());
  return paths;
}

/// Grows, never shrinks, never clears: one buffer for all files.
class Buffer {
 public:
  ~Buffer() { std::free(data_); }
  uint8_t *reserve(size_t size) {
    if (size > capacity_) {
      std::free(data_);
      data_ = static_cast<uint8_t *>(std::malloc(size));
      if (data_ == nullptr) fail("out of memory");
      capacity_ = size;
    }
    return data_;
  }
  size_t capacity() const { return capacity_; }

 private:
  uint8_t *data_ = nullptr;
  size_t capacity_ = 0;
};

class Inflater {
 public:
  ~Inflater() { libdeflate_free_decompressor(inflate_); }

  /// The decompressed bytes of one file, valid until the next call, followed by `padding` writable bytes.
  std::pair<uint8_t *, size_t> read(const std::string &path, size_t padding = 0) {
    const int file = ::open(path.c_str(), O_RDONLY);
    struct stat facts;
    if (file < 0 || ::fstat(file, &facts) != 0) fail("cannot open " + path);
    const size_t packed_size = static_cast<size_t>(facts.st_size);
    uint8_t *packed = packed_.reserve(packed_size);
    size_t got = 0;
    while (got < packed_size) {
      const ssize_t n = ::read(file, packed + got, packed_size - got);
      if (n <= 0) fail("cannot read " + path);
      got += static_cast<size_t>(n);
    }
    ::close(file);
    if (packed_size < 18) fail("too short: " + path);
    uint32_t size;  // gzip's own trailer says how long the text is
    std::memcpy(&size, packed + packed_size - 4, 4);
    uint8_t *text = text_.reserve(size_t{size} + padding);
    size_t written = 0;
    if (libdeflate_gzip_decompress(inflate_, packed, packed_size, text, size, &written) != LIBDEFLATE_SUCCESS)
      fail("not a gzip file: " + path);
    return {text, written};
  }

 private:
  libdeflate_decompressor *inflate_ = libdeflate_alloc_decompressor();
  Buffer packed_;
  Buffer text_;
};
