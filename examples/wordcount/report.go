package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// tally is a word and how often it stands in the text.
type tally struct {
	word string
	n    int
}

// showHead prints the commonest words of lines of the form "word: count".
func showHead(w io.Writer, lines []string) error {
	if len(lines) == 0 {
		return nil // a job on the loopback Dataflow only goes through its states
	}
	counts := make([]tally, len(lines))
	for i, line := range lines {
		word, number, _ := strings.Cut(line, ": ")
		n, err := strconv.Atoi(number)
		if err != nil {
			return err
		}
		counts[i] = tally{word, n}
	}
	slices.SortFunc(counts, func(a, b tally) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.word, b.word)) })
	fmt.Fprintf(w, "\n%d different words, the commonest of them:\n", len(counts))
	for _, c := range counts[:min(10, len(counts))] {
		fmt.Fprintf(w, "  %6d %s\n", c.n, c.word)
	}
	return nil
}
