// Profiles, read back with the message definitions.
#include "decoder/export/pprof_export.h"

#include <google/protobuf/io/gzip_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <gtest/gtest.h>

#include "decoder/export/pprof.pb.h"
#include "decoder/export/test_export.h"
#include "decoder/text/escape.h"

namespace thrace {
namespace {

pprof::Profile profile_of(const std::string& text, std::string_view what) {
  const TestTrace trace(text);
  PprofExport sink(*find_pprof_what(what));
  Problems problems;
  Analysis analysis;
  Names names(*analysis.stacks, NameOptions{});
  Picker picker(Filter{}, names);
  EXPECT_EQ(analyze({trace.path()}, picker, {&sink}, analysis, problems), 1u);
  const std::string data =
      written([&](std::FILE* out) { EXPECT_TRUE(sink.write(analysis, names, out)); });
  google::protobuf::io::ArrayInputStream compressed(data.data(), static_cast<int>(data.size()));
  google::protobuf::io::GzipInputStream plain(&compressed);
  pprof::Profile profile;
  EXPECT_TRUE(profile.ParseFromZeroCopyStream(&plain));
  return profile;
}

std::string text(const pprof::Profile& profile, int64_t number) {
  return profile.string_table(static_cast<int>(number));
}

TEST(PprofExport, KindsAreFoundByTheirNames) {
  for (const PprofWhat& what : pprof_whats()) EXPECT_EQ(find_pprof_what(what.name), &what);
  EXPECT_EQ(find_pprof_what("cpu"), nullptr);
}

TEST(PprofExport, ChargesTheReleaseWithTheDelay) {
  const pprof::Profile profile = profile_of(hostile_trace(), "mutex");
  ASSERT_EQ(profile.sample_size(), 1);
  EXPECT_EQ(profile.sample(0).value(0), 1);
  EXPECT_EQ(profile.sample(0).value(1), 90);
  ASSERT_EQ(profile.sample(0).location_id_size(), 2);
  const pprof::Location& inner =
      profile.location(static_cast<int>(profile.sample(0).location_id(0)) - 1);
  EXPECT_EQ(inner.address(), 0x40110fu);
  EXPECT_EQ(inner.mapping_id(), 1u);
  EXPECT_EQ(text(profile, profile.sample_type(1).unit()), "nanoseconds");
  EXPECT_EQ(profile.default_sample_type(), profile.sample_type(1).type());
}

TEST(PprofExport, HostileNamesAreHarmless) {
  for (const PprofWhat& what : pprof_whats()) {
    const pprof::Profile profile = profile_of(hostile_trace(), what.name);
    EXPECT_EQ(profile.string_table(0), "");
    for (const std::string& entry : profile.string_table()) {
      EXPECT_EQ(printable(entry), entry);
      EXPECT_LE(entry.size(), 1024u);
    }
  }
  const pprof::Profile profile = profile_of(hostile_trace(), "wake");
  EXPECT_EQ(text(profile, profile.mapping(0).build_id()), "w\\x1b]0;\\x07\\n\"</script>\\xff");
}

TEST(PprofExport, ATraceWithoutWaitsIsAProfileWithoutSamples) {
  const pprof::Profile profile = profile_of(one_generation("", ""), "block");
  EXPECT_EQ(profile.sample_size(), 0);
  EXPECT_EQ(profile.sample_type_size(), 2);
}

TEST(PprofExport, AWaitWithoutAStackSaysSo) {
  const pprof::Profile profile =
      profile_of(one_generation("Thread m=1 tid=7\n",
                                "Batch m=1 time=10\nGoStatus dt=0 g=1 status=running since=-5\n"
                                "GoBlock dt=10 reason=cond object=0x10\n"),
                 "block");
  ASSERT_EQ(profile.sample_size(), 1);  // open at the end
  EXPECT_EQ(profile.sample(0).value(1), 9000 - 20);
  EXPECT_EQ(text(profile, profile.function(0).name()), "[no stack]");
}

}  // namespace
}  // namespace thrace
