package template

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
	"github.com/cmekpipe/cmekpipe-go/internal/keycheck"
)

// inspectStored compares the environment that a template stores with the key, and adds its options to those in o. A
// template without a key in it is accepted, because every launch names the key.
func (l *launcher) inspectStored(o *options, stored fields, environment, keyField string) error {
	for _, e := range stored.objects(environment) {
		for _, name := range e.named(keyField) {
			if err := l.compare(e[name]); err != nil {
				return err
			}
			delete(e, name) // it may name a version of the key
		}
		if err := o.object(e); err != nil {
			return l.refuse(cmekpipe.InvalidOptions, "got options that can't be read: "+err.Error(), "repair its field options: gcloud storage cat "+l.Template+"; or stage the template again with launch.Run")
		}
	}
	var faults []error
	for _, set := range o.sets {
		if err := cmekpipe.CheckOptions(l.opts.Key(), set); err != nil {
			faults = append(faults, err)
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return &cmekpipe.Error{Op: l.op, Code: cmekpipe.InvalidOptions, Resource: l.Template, Err: errors.Join(faults...),
		Hint: "stage the template again without these options; cmekpipe.OptionErrors lists them"}
}

// compare compares the key of a template with the launch's.
func (l *launcher) compare(text json.RawMessage) error {
	var key string
	if err := json.Unmarshal(text, &key); err != nil {
		return l.refuse(cmekpipe.KeyMismatch, "got something that is no key's name, want "+l.opts.Key().String(), "stage the template again")
	}
	if key == "" {
		return nil
	}
	if code, cause := keycheck.Compare([]cmekpipe.KeyName{l.opts.Key()}, key); code != "" {
		return l.refuse(code, cause+", which this launch names; Google does not document which of the two counts",
			"launch with the key of the template, or stage the template again with "+l.opts.Key().String())
	}
	return nil
}

// checkGiven compares parameters and further options of the launch with the job options.
func (l *launcher) checkGiven() error {
	words := readWords(l.PipelineOptions)
	for _, given := range append(words, l.Parameters) {
		if err := l.opts.CheckOptions(given); err != nil {
			return &cmekpipe.Error{Op: l.op, Code: cmekpipe.InvalidOptions, Resource: "parameters", Err: err,
				Hint: "leave them out: the job options are enough; cmekpipe.OptionErrors lists them"}
		}
	}
	return nil
}

// readWords reads options that are words such as "--name=value". Each option is in a set of its own, so that none hides
// another; a word that has further options in its value, or a value after a blank, is read for those too.
func readWords(words []string) (sets []map[string]string) {
	for _, word := range words {
		parts := strings.Fields(word)
		for i, part := range parts {
			if i > 0 && !strings.HasPrefix(part, "-") {
				continue
			}
			name, value, given := strings.Cut(part, "=")
			switch {
			case given && i == 0:
				_, value, _ = strings.Cut(strings.TrimSpace(word), "=") // a value may have blanks
			case !given && i+1 < len(parts) && !strings.HasPrefix(parts[i+1], "-"):
				value = parts[i+1]
			case !given:
				value = "true"
			}
			sets = append(sets, map[string]string{name: value})
		}
	}
	return sets
}
