package cmekpipe

import (
	"encoding/json"
	"flag"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// kind is how a flag is given.
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
	// set puts the flag's text into c, or returns what it wants instead. It is called once for each time that a repeated
	// flag was given.
	set func(c *Config, value string) (wanted string)
}

// define makes the flag, for a program without a Beam runner that has it already.
func (o option) define(fs *flag.FlagSet) {
	switch o.kind {
	case boolean:
		fs.Bool(o.name, false, o.usage)
	case repeated:
		fs.Var(&texts{}, o.name, o.usage)
	default:
		fs.String(o.name, "", o.usage)
	}
}

// texts is the value of a repeated flag.
type texts []string

func (t *texts) String() string { return strings.Join(*t, " ") }

func (t *texts) Set(value string) error {
	*t = append(*t, value)
	return nil
}

func (t *texts) Get() any { return []string(*t) }

// given returns what a flag was set to: the values of a repeated one, whoever defined it, or its text.
func given(f *flag.Flag) []string {
	if getter, ok := f.Value.(flag.Getter); ok {
		if v := reflect.ValueOf(getter.Get()); v.IsValid() && v.CanConvert(reflect.TypeFor[[]string]()) {
			return v.Convert(reflect.TypeFor[[]string]()).Interface().([]string)
		}
	}
	return []string{f.Value.String()}
}

func text(name, usage string, field func(*Config) *string) option {
	return option{name, usage, once, func(c *Config, value string) string {
		*field(c) = value
		return ""
	}}
}

func list(name, usage string, field func(*Config) *[]string) option {
	return option{name, usage, once, func(c *Config, value string) string {
		if value != "" {
			*field(c) = strings.Split(value, ",")
		}
		return ""
	}}
}

func number(name, usage string, field func(*Config) *int64) option {
	return option{name, usage, once, func(c *Config, value string) string {
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return "a whole number"
		}
		*field(c) = n
		return ""
	}}
}

func yes(name, usage string, field func(*Config) *bool) option {
	return option{name, usage, boolean, func(c *Config, value string) string {
		b, err := strconv.ParseBool(value)
		if err != nil {
			return "true or false"
		}
		*field(c) = b
		return ""
	}}
}

func object(name, usage, example string, field func(*Config) *map[string]string) option {
	return option{name, usage, once, func(c *Config, value string) string {
		var m map[string]string
		if value != "" && json.Unmarshal([]byte(value), &m) != nil {
			return "a JSON object of strings such as " + example
		}
		*field(c) = m
		return ""
	}}
}

func setPublicIPs(c *Config, value string) string {
	public, err := strconv.ParseBool(value)
	if err != nil {
		return "true or false"
	}
	c.NoPublicIPs = !public
	return ""
}

// setOverride reads "PATTERN,IMAGE", as Beam does.
func setOverride(c *Config, value string) string {
	pattern, image, found := strings.Cut(value, ",")
	if !found {
		return "a regular expression and an image with a comma between them"
	}
	if c.SDKContainerImageOverrides == nil {
		c.SDKContainerImageOverrides = make(map[string]string)
	}
	c.SDKContainerImageOverrides[pattern] = image
	return ""
}

func addResourceHint(c *Config, value string) string {
	c.ResourceHints = append(c.ResourceHints, value)
	return ""
}

// setTimeout takes Beam's -1 for 0, which waits forever.
func setTimeout(c *Config, value string) string {
	if value == "-1" || value == "-1ns" || value == "" {
		value = "0"
	}
	timeout, err := time.ParseDuration(value)
	if err != nil {
		return "a duration such as 5m"
	}
	c.ElementProcessingTimeout = timeout
	return ""
}
