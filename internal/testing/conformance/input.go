package conformance

import (
	"slices"
	"strconv"
	"strings"
)

// secret marks user data. Payloads contain it; errors and ledgers must not.
const secret = "pan-4111111111111111"

// input describes the rows of a run. Two equal inputs have equal rows.
type input struct {
	// First is the id of the first row.
	First int64
	// Count is the number of rows.
	Count int64
	// Size pads the payload of row 0 to so many bytes; 0 adds no padding.
	Size int
}

// row returns row id of the input. Payloads alternate between kinds that are hard to encode.
func (in input) row(id int64) Row {
	kinds := [...]string{"", "line\nbreak\r\n", `quo"te's\`, "tab\t,;|", "ü…\U0001f511", " blank ", "<a href='%s'>&amp;", "nul\x00"}
	payload := kinds[id%int64(len(kinds))]
	if id%2 == 0 || payload != "" {
		payload += secret + "-" + strconv.FormatInt(id, 10)
	}
	if id == 0 && in.Size > len(payload) {
		payload = strings.Repeat("0123456789abcdef", in.Size/16+1)[:in.Size-len(payload)] + payload
	}
	return Row{ID: id, Payload: payload}
}

// rows returns all rows in the order of their ids.
func (in input) rows() []Row {
	all := make([]Row, in.Count)
	for i := range all {
		all[i] = in.row(in.First + int64(i))
	}
	return all
}

// tally is the difference between the rows at a destination and those that were sent.
type tally struct {
	lost, doubled, foreign int
}

// compare counts the rows that are missing, that are there more than times times, and that were never sent in this form.
func compare(got, want []Row, times int) tally {
	seen := make(map[Row]int, len(want))
	for _, r := range got {
		seen[r]++
	}
	var t tally
	for _, r := range want {
		switch n := seen[r]; {
		case n < times:
			t.lost++
		default:
			t.doubled += n - times
		}
		delete(seen, r)
	}
	for _, n := range seen {
		t.foreign += n
	}
	return t
}

// holdsSecret reports whether a text contains user data.
func holdsSecret(text string) bool { return strings.Contains(text, secret) }

// ids returns the sorted ids of rows, for short messages.
func ids(rows []Row) []int64 {
	all := make([]int64, 0, 10)
	for _, r := range rows[:min(len(rows), 10)] {
		all = append(all, r.ID)
	}
	slices.Sort(all)
	return all
}
