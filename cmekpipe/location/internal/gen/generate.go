package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/format"
	"slices"
	"strconv"
	"strings"
	"text/template"
)

// file is the data file.
type file struct {
	About   string   `json:"about"`
	Regions []entry  `json:"regions"`
	Others  []entry  `json:"others"`
	Buckets []bucket `json:"buckets"`
}

// entry is one location of Cloud KMS.
type entry struct {
	ID       string   `json:"id"`
	City     string   `json:"city"`
	Kind     string   `json:"kind"`
	Place    string   `json:"place"`
	Unsure   string   `json:"unsure"`
	UnsureIn []string `json:"unsure_in"`
}

// bucket is a location of Cloud Storage buckets that isn't a region, and the location of the keys that serve it.
type bucket struct {
	ID      string   `json:"id"`
	Key     string   `json:"key"`
	Regions []string `json:"regions"`
	Unsure  string   `json:"unsure"`
}

// generate returns the formatted source of each file for a data file. Unknown fields and doubled ids are errors.
func generate(data []byte) (map[string][]byte, error) {
	var f file
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return nil, err
	}
	seen := make(map[string]string)
	for _, e := range slices.Concat(f.Regions, f.Others) {
		name := typeName(e.ID)
		if before, ok := seen[name]; ok {
			return nil, fmt.Errorf("got %q and %q, want one type %s", before, e.ID, name)
		}
		seen[name] = e.ID
	}
	sources := make(map[string][]byte)
	for name, text := range pages() {
		source, err := render(text, f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		sources[name] = source
	}
	return sources, nil
}

func render(text string, f file) ([]byte, error) {
	quote := template.FuncMap{"quote": strconv.Quote}
	page, err := template.New("page").Funcs(quote).Parse(header + text)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := page.Execute(&out, f); err != nil {
		return nil, err
	}
	return format.Source(out.Bytes())
}

// typeName turns an id into a Go name: "us-central1" into USCentral1, "nam-eur-asia1" into NAMEURAsia1.
func typeName(id string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(id, "-") {
		letters := strings.TrimRight(word, "0123456789")
		digits := word[len(letters):]
		switch letters {
		case "us", "me", "ca", "in", "eur", "nam":
			b.WriteString(strings.ToUpper(letters))
		case "northamerica", "southamerica":
			b.WriteString(strings.ToUpper(letters[:1]) + letters[1:5] + "America")
		default:
			b.WriteString(strings.ToUpper(letters[:1]) + letters[1:])
		}
		b.WriteString(digits)
	}
	return b.String()
}

func (e entry) Type() string { return typeName(e.ID) }

// Doc is the sentence that documents the type.
func (e entry) Doc() string {
	where := e.City
	if e.Kind != "" {
		where = e.Place
	}
	text := fmt.Sprintf("%s is %s", e.Type(), e.ID)
	if where != "" {
		text += ": " + where
	}
	if e.Unsure != "" {
		text += ". Unsure: " + e.Unsure
	}
	return text + "."
}
