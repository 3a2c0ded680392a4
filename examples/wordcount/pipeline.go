package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/transforms/stats"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/cmekpipe/io/textio"
)

func init() {
	register.DoFn2x0[string, func(string)](&splitFn{})
	register.Function2x1(format)
	register.Emitter1[string]()
}

// splitFn emits the words of a line in lower case.
type splitFn struct {
	word *regexp.Regexp
}

// Setup compiles the pattern once per worker thread.
func (f *splitFn) Setup() { f.word = regexp.MustCompile(`[\p{L}']*\p{L}`) }

// ProcessElement emits each word of the line.
func (f *splitFn) ProcessElement(line string, emit func(string)) {
	for _, word := range f.word.FindAllString(line, -1) {
		emit(strings.ToLower(word))
	}
}

func format(word string, n int) string { return fmt.Sprintf("%s: %d", word, n) }

// countWords reads lines and writes "word: count" lines. The sink accepts only an object that was created from a key.
func countWords(s beam.Scope, input string, output cmekpipe.Object) {
	lines := textio.Read(s, input)
	words := beam.ParDo(s, &splitFn{}, lines)
	counted := stats.Count(s, words)
	textio.WriteSharded(s, output, beam.ParDo(s, format, counted))
}
