package cmekpipe

import (
	"encoding/json"
	"flag"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// kind is how a flag is written on a command line.
type kind int

const (
	once     kind = iota // --name=value
	boolean              // --name
	repeated             // --name=value --name=value
)

// option ties a flag of Beam's to a field of Config.
type option struct {
	name, usage string
	kind        kind
	// set parses the flag's text into c. It is called once for each value of a repeated flag. If the text is invalid, it
	// returns what the flag wants instead and an example that can be typed.
	set func(c *Config, value string) (wanted, example string)
	// secret says that the flag's text may be user data, which no error shows.
	secret bool
}

// wrong returns the error for a text that set did not accept.
func (o option) wrong(value, wanted, example string) *Error {
	got := "got " + quote(value)
	if o.secret {
		got = "got a text (not shown)"
		if key, _, found := strings.Cut(value, "="); found && isLabel(key) && key != "" {
			got = "got " + quote(key+"=") + " and a text (not shown)"
		}
	}
	return newFault(InvalidOptions, o.name, got+", want "+wanted, "write --"+o.name+"="+example)
}

// define defines the flag, for a program in which no Beam runner defines it.
func (o option) define(fs *flag.FlagSet) {
	switch o.kind {
	case boolean:
		fs.Bool(o.name, false, o.usage)
	case repeated:
		fs.Var(&repeatedValue{}, o.name, o.usage)
	default:
		fs.String(o.name, "", o.usage)
	}
}

// repeatedValue is the value of a repeated flag.
type repeatedValue []string

func (v *repeatedValue) String() string { return strings.Join(*v, " ") }

func (v *repeatedValue) Set(value string) error {
	*v = append(*v, value)
	return nil
}

func (v *repeatedValue) Get() any { return []string(*v) }

// flagValues returns what a flag was set to: the values of a repeated flag, whether Beam or this package defined it, or
// its one text.
func flagValues(f *flag.Flag) []string {
	if getter, ok := f.Value.(flag.Getter); ok {
		if v := reflect.ValueOf(getter.Get()); v.IsValid() && v.CanConvert(reflect.TypeFor[[]string]()) {
			return v.Convert(reflect.TypeFor[[]string]()).Interface().([]string)
		}
	}
	return []string{f.Value.String()}
}

func text(name, usage string, field func(*Config) *string) option {
	return option{name: name, usage: usage, set: func(c *Config, value string) (string, string) {
		*field(c) = value
		return "", ""
	}}
}

func list(name, usage string, field func(*Config) *[]string) option {
	return option{name: name, usage: usage, set: func(c *Config, value string) (string, string) {
		if value != "" {
			*field(c) = strings.Split(value, ",")
		}
		return "", ""
	}}
}

func number(name, usage, example string, field func(*Config) *int64) option {
	return option{name: name, usage: usage, set: func(c *Config, value string) (string, string) {
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return "a whole number", example
		}
		*field(c) = n
		return "", ""
	}}
}

const trueOrFalse = "true or false"

func yes(name, usage string, field func(*Config) *bool) option {
	return option{name: name, usage: usage, kind: boolean, set: func(c *Config, value string) (string, string) {
		b, err := strconv.ParseBool(value)
		if err != nil {
			return trueOrFalse, "true"
		}
		*field(c) = b
		return "", ""
	}}
}

func object(name, usage, example string, field func(*Config) *map[string]string) option {
	return option{name: name, usage: usage, secret: true, set: func(c *Config, value string) (string, string) {
		var m map[string]string
		if value != "" && json.Unmarshal([]byte(value), &m) != nil {
			return "a JSON object of strings", "'" + example + "'"
		}
		*field(c) = m
		return "", ""
	}}
}

func setPublicIPs(c *Config, value string) (wanted, example string) {
	public, err := strconv.ParseBool(value)
	if err != nil {
		return trueOrFalse, "false"
	}
	c.NoPublicIPs = !public
	return "", ""
}

// setOverride parses "PATTERN,IMAGE", as Beam does.
func setOverride(c *Config, value string) (wanted, example string) {
	pattern, image, found := strings.Cut(value, ",")
	if !found {
		return "a regular expression and an image with a comma between them", "'.*java.*,gcr.io/PROJECT/IMAGE:TAG'"
	}
	if c.SDKContainerImageOverrides == nil {
		c.SDKContainerImageOverrides = make(map[string]string)
	}
	c.SDKContainerImageOverrides[pattern] = image
	return "", ""
}

func addResourceHint(c *Config, value string) (wanted, example string) {
	c.ResourceHints = append(c.ResourceHints, value)
	return "", ""
}

func addReviewed(c *Config, value string) (wanted, example string) {
	c.Reviewed = append(c.Reviewed, value)
	return "", ""
}

// setTimeout treats Beam's -1 as 0, which waits forever.
func setTimeout(c *Config, value string) (wanted, example string) {
	if value == "-1" || value == "-1ns" || value == "" {
		value = "0"
	}
	timeout, err := time.ParseDuration(value)
	if err != nil {
		return "a duration with a unit", "5m"
	}
	c.ElementProcessingTimeout = timeout
	return "", ""
}
