// Functions whose names no sane compiler makes; odd_traces.py makes traces with their addresses.
// With -DPLAIN their names are harmless.  No debug information: these names are all there is.
#ifdef PLAIN
#define NAME(plain, odd) plain
#else
#define NAME(plain, odd) "\"" plain odd "\""  // the assembler takes anything in quotes
#endif

#define FUNCTION(function, name)                                 \
  __attribute__((used)) static int function(void) __asm__(name); \
  static int function(void) { return __LINE__; }

#define TEN(text) text text text text text text text text text text

FUNCTION(escapes, NAME("oddescapes", ";\x1b[31m\x07\r\t'`$(true)"))
FUNCTION(markup, NAME("oddmarkup", "</script><script>alert(1)</script>&amp;'<!--"))
FUNCTION(bytes, NAME("oddbytes", "\xff\xfe\x80\xc2\x9b\xed\xa0\x80"))
FUNCTION(direction, NAME("odddirection", "\xe2\x80\xae\xe2\x80\xa8"))
FUNCTION(length, NAME("oddlength", TEN(TEN("very_long_"))))

int main(void) { return escapes() + markup() + bytes() + direction() + length(); }
