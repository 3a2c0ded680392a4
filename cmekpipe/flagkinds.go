package cmekpipe

import (
	"encoding/json"
	"strconv"
	"strings"
)

// option ties a flag of Beam's to a field of Config.
type option struct {
	name, usage string
	boolean     bool
	// set puts the flag's text into c, or returns what it wants instead.
	set func(c *Config, value string) (wanted string)
}

func text(name, usage string, field func(*Config) *string) option {
	return option{name, usage, false, func(c *Config, value string) string {
		*field(c) = value
		return ""
	}}
}

func list(name, usage string, field func(*Config) *[]string) option {
	return option{name, usage, false, func(c *Config, value string) string {
		if value != "" {
			*field(c) = strings.Split(value, ",")
		}
		return ""
	}}
}

func number(name, usage string, field func(*Config) *int64) option {
	return option{name, usage, false, func(c *Config, value string) string {
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return "a whole number"
		}
		*field(c) = n
		return ""
	}}
}

func yes(name, usage string, field func(*Config) *bool) option {
	return option{name, usage, true, func(c *Config, value string) string {
		b, err := strconv.ParseBool(value)
		if err != nil {
			return "true or false"
		}
		*field(c) = b
		return ""
	}}
}

func object(name, usage, example string, field func(*Config) *map[string]string) option {
	return option{name, usage, false, func(c *Config, value string) string {
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
