// Where names are found when the program itself has none, and which files are refused.
#include "decoder/symbols/file_search.h"

#include <dlfcn.h>
#include <elf.h>
#include <gtest/gtest.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#include "decoder/symbols/symbolizer.h"
#include "decoder/symbols/test_support.h"

namespace thrace {
namespace {

namespace fs = std::filesystem;

// A stripped program in a folder, and its debug file beside it.
class FileSearchTest : public testing::Test {
 protected:
  FileSearchTest() {
    output_of(fmt::format("objcopy --only-keep-debug {0} {1}/full.debug && strip -o {2} {0}",
                          source_, folder_.path, program_));
    const std::string line = output_of("nm " + source_ + " | grep 'anonymous\\|_GLOBAL__N_14fall'");
    static_function_ = std::stoull(line.substr(0, 16), nullptr, 16);
    module_ = module_of(program_);
  }

  // The name of a static function, which a stripped program has lost.
  std::string name(SymbolOptions options, const Module& module, SymbolNotes* notes = nullptr) {
    options.debuginfod = false;
    Symbolizer symbolizer(options);
    const Frame& frame = symbolizer.frames(&module, static_function_, false).back();
    if (notes) *notes = symbolizer.notes();
    return std::string(frame.function) + (frame.line != 0 ? " with line" : "");
  }

  void link(const std::string& debug_file) {
    output_of(
        fmt::format("cd {} && objcopy --add-gnu-debuglink={} program", folder_.path, debug_file));
  }

  // Takes the build-id from both files, as linkers without one make them.
  void drop_build_id() {
    for (const char* file : {"program", "full.debug"})
      output_of(fmt::format("objcopy -R .note.gnu.build-id {}/{}", folder_.path, file));
    module_.build_id.clear();
  }

  const std::string source_ = kFixtures + "gcc_dwarf5";
  const TemporaryFolder folder_;
  const std::string program_ = folder_.path + "/program";
  const std::string found_ = "outer::(anonymous namespace)::fall with line";
  uint64_t static_function_ = 0;
  Module module_;
};

TEST_F(FileSearchTest, WithoutItNothingIsGuessed) {
  EXPECT_EQ(name({}, module_), fmt::format("program+{:#x}", static_function_));
}

TEST_F(FileSearchTest, TheUsersFolderAtAnyDepth) {
  fs::create_directories(folder_.path + "/symbols/a/b");
  fs::rename(folder_.path + "/full.debug", folder_.path + "/symbols/a/b/any name");
  EXPECT_EQ(name({.directories = {folder_.path + "/symbols"}}, module_), found_);
}

TEST_F(FileSearchTest, ByBuildId) {
  const std::string& id = module_.build_id;
  ASSERT_EQ(id.size(), 40u);
  const std::string folder = folder_.path + "/root/.build-id/" + id.substr(0, 2);
  fs::create_directories(folder);
  fs::rename(folder_.path + "/full.debug", folder + "/" + id.substr(2) + ".debug");
  EXPECT_EQ(name({.directories = {folder_.path + "/root"}}, module_), found_);
  EXPECT_EQ(name({.debug_root = folder_.path + "/root"}, module_), found_);
  Module gone = module_;
  gone.path = "/nonexistent/program";
  EXPECT_EQ(name({.debug_root = folder_.path + "/root"}, gone), found_);
}

TEST_F(FileSearchTest, ByDebugLink) {
  link("full.debug");
  EXPECT_EQ(name({}, module_), found_);
  fs::create_directories(folder_.path + "/.debug");
  fs::rename(folder_.path + "/full.debug", folder_.path + "/.debug/full.debug");
  EXPECT_EQ(name({}, module_), found_);
  const std::string root = folder_.path + "/root";
  fs::create_directories(root + folder_.path);
  fs::rename(folder_.path + "/.debug/full.debug", root + folder_.path + "/full.debug");
  EXPECT_EQ(name({.debug_root = root}, module_), found_);
}

TEST_F(FileSearchTest, ByDebugLinkAndChecksumWithoutBuildId) {
  drop_build_id();
  link("full.debug");
  EXPECT_EQ(name({}, module_), found_);
  output_of("printf x >> " + folder_.path + "/full.debug");
  SymbolNotes notes;
  EXPECT_EQ(name({}, module_, &notes), fmt::format("program+{:#x}", static_function_));
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0], fmt::format("{}/full.debug is not of the build of {}: its names are not used",
                                  folder_.path, program_));
}

TEST_F(FileSearchTest, AnotherBuildIsRefused) {
  Module other = module_;
  other.path = source_;
  other.build_id = "00112233445566778899";
  SymbolNotes notes;
  EXPECT_EQ(name({}, other, &notes), fmt::format("gcc_dwarf5+{:#x}", static_function_));
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0], fmt::format("{} is another build (build-id {}, recorded was "
                                  "00112233445566778899): its names are not used",
                                  source_, module_.build_id));
}

TEST_F(FileSearchTest, WithoutBuildIdTheInodeDecides) {
  Module module = module_;
  module.path = source_;
  module.build_id.clear();
  struct stat status;
  ASSERT_EQ(stat(source_.c_str(), &status), 0);
  module.inode = status.st_ino;
  EXPECT_EQ(name({}, module), found_);
  module.inode++;
  SymbolNotes notes;
  EXPECT_EQ(name({}, module, &notes), fmt::format("gcc_dwarf5+{:#x}", static_function_));
  EXPECT_EQ(notes.size(), 1u);
}

// A copy over the program keeps its inode; of a module whose process was gone not even that is
// known.
TEST_F(FileSearchTest, WithoutBuildIdAFileThatHasChangedSinceIsRefused) {
  Module module = module_;
  fs::copy_file(source_, program_, fs::copy_options::overwrite_existing);
  module.build_id.clear();
  struct stat status;
  ASSERT_EQ(stat(program_.c_str(), &status), 0);
  const int64_t changed = status.st_ctim.tv_sec * 1'000'000'000 + status.st_ctim.tv_nsec;
  for (const uint64_t inode : {uint64_t{status.st_ino}, uint64_t{0}}) {
    module.inode = inode;
    module.known_at = changed;
    EXPECT_EQ(name({}, module), found_);
    module.known_at = changed - 1;
    SymbolNotes notes;
    EXPECT_EQ(name({}, module, &notes), fmt::format("program+{:#x}", static_function_));
    ASSERT_EQ(notes.size(), 1u);
    EXPECT_EQ(notes[0], program_ +
                            " has changed since it was mapped, and has no build-id: its names "
                            "are not used");
  }
}

TEST_F(FileSearchTest, ASavedImageStandsForADeletedFile) {
  Module module = module_;
  module.path = "/tmp/deleted (deleted)";
  module.image = source_;
  EXPECT_EQ(name({}, module), found_);
}

TEST_F(FileSearchTest, TheVdso) {
  const auto* vdso = reinterpret_cast<const char*>(getauxval(AT_SYSINFO_EHDR));
  if (!vdso) GTEST_SKIP() << "no vdso";
  const auto* header = reinterpret_cast<const Elf64_Ehdr*>(vdso);
  write_file(folder_.path + "/vdso",
             std::string(vdso, header->e_shoff + header->e_shnum * header->e_shentsize));
  Module module = module_of(folder_.path + "/vdso", reinterpret_cast<uint64_t>(vdso));
  module.path = "[vdso]";
  module.image = folder_.path + "/vdso";
  void* library = dlopen("linux-vdso.so.1", RTLD_NOLOAD | RTLD_LAZY);
  ASSERT_NE(library, nullptr);
  Symbolizer symbolizer({.debuginfod = false});
  EXPECT_EQ(
      symbolizer.frames(&module, reinterpret_cast<uint64_t>(dlsym(library, "__vdso_getcpu")), false)
          .back()
          .function,
      "__vdso_getcpu");
}

TEST_F(FileSearchTest, MiniDebugInfo) {
  output_of(
      fmt::format("cd {0} && strip --strip-debug -o mini {1} && xz -k mini && "
                  "objcopy --add-section .gnu_debugdata=mini.xz program",
                  folder_.path, source_));
  EXPECT_EQ(name({}, module_), "outer::(anonymous namespace)::fall");
  output_of(
      fmt::format("cd {0} && objcopy -R .gnu_debugdata program && head -c 300 mini.xz >cut && "
                  "objcopy --add-section .gnu_debugdata=cut program",
                  folder_.path));
  EXPECT_EQ(name({}, module_), fmt::format("program+{:#x}", static_function_));
}

TEST_F(FileSearchTest, PartsThatDwzShared) {
  if (std::system("command -v dwz >/dev/null") != 0) GTEST_SKIP() << "dwz is not installed";
  const std::string other = kFixtures + "gcc_O0";
  output_of(
      fmt::format("cd {0} && objcopy --only-keep-debug {1} other.debug && "
                  "dwz -m shared.debug full.debug other.debug",
                  folder_.path, other));
  link("full.debug");
  EXPECT_EQ(name({}, module_), found_);
  fs::rename(folder_.path + "/shared.debug", folder_.path + "/elsewhere");
  SymbolNotes notes;
  EXPECT_EQ(name({}, module_, &notes), "outer::(anonymous namespace)::fall");
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_TRUE(notes[0].ends_with("is not used: its shared part (dwz) is missing")) << notes[0];
  fs::create_directories(folder_.path + "/symbols");
  fs::rename(folder_.path + "/elsewhere", folder_.path + "/symbols/x");
  EXPECT_EQ(name({.directories = {folder_.path + "/symbols"}}, module_), found_);
}

// Without a symbol table a copy has what it exports, and here a small table in its place.
TEST_F(FileSearchTest, AStrippedCopyInTheUsersFolder) {
  const std::string symbols = folder_.path + "/symbols";
  fs::create_directories(symbols);
  output_of(
      fmt::format("cd {0} && strip --strip-debug -o mini {1} && xz -k mini && "
                  "objcopy --add-section .gnu_debugdata=mini.xz program symbols/copy",
                  folder_.path, source_));
  Module gone = module_;
  gone.path = "/nonexistent/program";
  SymbolNotes notes;
  EXPECT_EQ(name({.directories = {symbols}}, gone, &notes), "outer::(anonymous namespace)::fall");
  EXPECT_TRUE(notes.empty());
}

// A folder that plays a server.
class Debuginfod : public FileSearchTest {
 protected:
  void SetUp() override {
    if (!dlopen("libdebuginfod.so.1", RTLD_LAZY | RTLD_LOCAL))
      GTEST_SKIP() << "libdebuginfod is not installed";
    setenv("DEBUGINFOD_CACHE_PATH", (folder_.path + "/cache").c_str(), 1);
    setenv("DEBUGINFOD_URLS", ("file://" + folder_.path + "/server").c_str(), 1);
  }
  void TearDown() override {
    unsetenv("DEBUGINFOD_URLS");
    unsetenv("DEBUGINFOD_CACHE_PATH");
  }
  void serve(const std::string& build_id, const std::string& file) const {
    const std::string folder = folder_.path + "/server/buildid/" + build_id;
    fs::create_directories(folder);
    fs::rename(folder_.path + "/" + file, folder + "/debuginfo");
  }
  std::string served_name(const Module& module) const {
    Symbolizer symbolizer({});
    const Frame& frame = symbolizer.frames(&module, static_function_, false).back();
    return std::string(frame.function) + (frame.line != 0 ? " with line" : "");
  }
};

TEST_F(Debuginfod, HasTheFileOfAModuleThatIsGone) {
  serve(module_.build_id, "full.debug");
  Module gone = module_;
  gone.path = "/nonexistent/program";
  EXPECT_EQ(served_name(gone), found_);
}

TEST_F(Debuginfod, HasThePartsThatDwzShared) {
  if (std::system("command -v dwz >/dev/null") != 0) GTEST_SKIP() << "dwz is not installed";
  output_of(
      fmt::format("cd {0} && objcopy --only-keep-debug {1} other.debug && "
                  "dwz -m shared.debug full.debug other.debug",
                  folder_.path, kFixtures + "gcc_O0"));
  serve(module_of(folder_.path + "/shared.debug").build_id, "shared.debug");
  serve(module_.build_id, "full.debug");
  EXPECT_EQ(served_name(module_), found_);
}

TEST_F(Debuginfod, AFileOfAnotherBuildIsRefused) {
  output_of(fmt::format("objcopy --only-keep-debug {} {}/other.debug", kFixtures + "gcc_O0",
                        folder_.path));
  serve(module_.build_id, "other.debug");
  EXPECT_EQ(served_name(module_), fmt::format("program+{:#x}", static_function_));
}

TEST_F(Debuginfod, IsAskedIfTheUserAllowsIt) {
  serve(module_.build_id, "full.debug");
  Symbolizer allowed({}), forbidden({.debuginfod = false});
  EXPECT_EQ(allowed.frames(&module_, static_function_, false).back().function,
            "outer::(anonymous namespace)::fall");
  EXPECT_FALSE(forbidden.frames(&module_, static_function_, false).back().known);
}

// Opening a pipe would wait for a writer that never comes.
TEST_F(FileSearchTest, PipesAndDevicesAreRefused) {
  link("full.debug");
  fs::remove(folder_.path + "/full.debug");
  ASSERT_EQ(mkfifo((folder_.path + "/full.debug").c_str(), 0600), 0);
  EXPECT_EQ(name({}, module_), fmt::format("program+{:#x}", static_function_));
  Module module;
  SymbolNotes notes;
  for (const std::string& path :
       {folder_.path + "/full.debug", std::string("/dev/zero"), folder_.path}) {
    module.path = path;
    name({}, module, &notes);
    ASSERT_EQ(notes.size(), 1u);
    EXPECT_EQ(notes[0], path + " is not a regular file: its names are not used");
  }
}

TEST_F(FileSearchTest, APipeInPlaceOfSplitDwarf) {
  std::string program = read_file(kFixtures + "gcc_split");
  const std::string split = kFixtures + "gcc_split-calls.dwo";
  std::string pipe = folder_.path + "/";
  if (pipe.size() >= split.size()) GTEST_SKIP() << "the path of the temporary folder is too long";
  pipe.append(split.size() - pipe.size(), 'x');
  ASSERT_NE(program.find(split), std::string::npos);
  program.replace(program.find(split), split.size(), pipe);
  write_file(program_, program);
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const std::string line = output_of("nm " + program_ + " | grep _ZN5outer6Worker3runEl$");
  Module module;
  module.path = program_;
  Symbolizer symbolizer({.debuginfod = false});
  const Frame& frame =
      symbolizer.frames(&module, std::stoull(line.substr(0, 16), nullptr, 16), false).front();
  EXPECT_EQ(frame.function, "outer::Worker::run");
  EXPECT_GT(frame.line, 0u);  // the skeleton has that
}

// A program without its .dwo files: its functions, not what was inlined, and a note.
TEST_F(FileSearchTest, SplitDwarfThatIsMissingIsTold) {
  std::string program = read_file(kFixtures + "gcc_split");
  const std::string split = kFixtures + "gcc_split-calls.dwo";
  const size_t at = program.find(split);
  ASSERT_NE(at, std::string::npos);
  program.replace(at, 4, "/no/");
  write_file(program_, program);
  const std::string line = output_of("nm " + program_ + " | grep _ZN5outer6Worker3runEl$");
  const uint64_t run = std::stoull(line.substr(0, 16), nullptr, 16);
  const Module module = module_of(program_);
  Symbolizer symbolizer({.debuginfod = false});
  for (const uint64_t address : {run, run + 1})
    EXPECT_EQ(symbolizer.frames(&module, address, false).back().function, "outer::Worker::run");
  ASSERT_EQ(symbolizer.notes().size(), 1u);
  EXPECT_EQ(symbolizer.notes()[0],
            fmt::format("the split debug information of {} is missing: /no/{} and perhaps more",
                        program_, split.substr(4)));
}

// A symbol table may be gone where DWARF is still there.
TEST_F(FileSearchTest, VariablesThatOnlyDwarfKnows) {
  const std::string address = output_of("nm " + source_ + " | grep ' g_settings$' | cut -c 1-16");
  output_of(fmt::format("objcopy --wildcard --strip-symbol='*' {} {}", source_, program_));
  Symbolizer symbolizer({.debuginfod = false});
  const uint64_t at = std::stoull(address, nullptr, 16);
  EXPECT_EQ(symbolizer.object_name(&module_, at), "g_settings");
  EXPECT_EQ(symbolizer.object_name(&module_, at + 39), "g_settings+0x27");
}

}  // namespace
}  // namespace thrace
