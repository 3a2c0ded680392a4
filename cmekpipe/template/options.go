package template

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// maxDepth is how deep options may be nested in a template: far deeper than any SDK nests them.
const maxDepth = 64

// options gathers what a template stores under any name at any depth, because every SDK has its own form: Java and Go
// write objects of options into the environment, Python too, with other spellings, and the service knows further fields.
type options struct {
	// sets are the options. Of several with one name each is in another set.
	sets []map[string]string
	// temp and staging are the gs:// URLs of temporary and of staging folders.
	temp, staging []string

	depth int
}

func (o *options) object(f fields) error {
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if name == "display_data" { // repeats other options for display
			continue
		}
		if err := o.field(plainName(name), f[name]); err != nil {
			return err
		}
	}
	return nil
}

// plainName returns the name inside the form that options have in Beam's model: "beam:option:dataflow_kms_key:v1".
func plainName(name string) string {
	bare, found := strings.CutPrefix(name, "beam:option:")
	if !found {
		return name
	}
	bare, _, _ = strings.Cut(bare, ":")
	return bare
}

// field adds one value, and all values inside it.
func (o *options) field(name string, text json.RawMessage) error {
	if o.depth++; o.depth > maxDepth {
		return errors.New("they are nested too deep")
	}
	defer func() { o.depth-- }()
	text = bytes.TrimSpace(text)
	switch {
	case len(text) == 0:
		return nil
	case text[0] == '{':
		var inside fields
		if err := json.Unmarshal(text, &inside); err != nil {
			return err
		}
		if len(inside) > 0 {
			o.add(name, string(text)) // an object is no valid key, region or zone
		}
		return o.object(inside)
	case text[0] == '[':
		return o.list(name, text)
	case string(text) == "null":
		return nil
	case text[0] == '"':
		var value string
		if err := json.Unmarshal(text, &value); err != nil {
			return err
		}
		o.add(name, value)
		return nil
	}
	o.add(name, string(text))
	return nil
}

func (o *options) list(name string, text json.RawMessage) error {
	var items []json.RawMessage
	if err := json.Unmarshal(text, &items); err != nil {
		return err
	}
	var words []string
	for _, item := range items {
		var word string
		if json.Unmarshal(item, &word) == nil {
			words = append(words, word)
			continue
		}
		if err := o.field(name, item); err != nil {
			return err
		}
	}
	if cmekpipe.NormalizeOptionName(name) == "additionalpipelineoptions" {
		for _, set := range readWords(words) {
			for n, value := range set {
				o.add(n, value)
			}
		}
		return nil
	}
	if len(words) > 0 {
		o.add(name, strings.Join(words, ","))
	}
	return nil
}

// add keeps an option.
func (o *options) add(name, value string) {
	switch cmekpipe.NormalizeOptionName(name) {
	case "templocation", "gcptemplocation", "tempstorageprefix":
		o.temp = appendPlace(o.temp, value)
	case "staginglocation":
		o.staging = appendPlace(o.staging, value)
	}
	for _, set := range o.sets {
		if _, taken := set[name]; !taken {
			set[name] = value
			return
		}
	}
	o.sets = append(o.sets, map[string]string{name: value})
}

func appendPlace(places []string, value string) []string {
	if strings.HasPrefix(value, "gs://") {
		return append(places, value)
	}
	return places
}
