package testdata

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed messages/*.txt
var messages embed.FS

// Message is a real message of a Google Cloud service, with the names in it replaced.
type Message struct {
	// File is the file in folder messages that contains it, Source the page that it is from.
	File, Source string
	// Text is the message.
	Text string
	// Code is the code that cmekpipe must assign to it.
	Code string
	// Key is the key in the message, "" if it names none.
	Key string
	// Agents are the service agents that the message is about, as far as it names them.
	Agents []string
	// Says is a text that an explanation must contain, and Do one that its advice must contain; "" for any.
	Says, Do string
}

// Messages returns the corpus. An entry is a paragraph: lines of fields, of which code and source are required,
// followed by the text up to the next empty line.
func Messages() ([]Message, error) {
	files, err := fs.Glob(messages, "messages/*.txt")
	if err != nil {
		return nil, err
	}
	var all []Message
	for _, file := range files {
		content, err := messages.ReadFile(file)
		if err != nil {
			return nil, err
		}
		for _, entry := range strings.Split(string(content), "\n\n") {
			if strings.HasPrefix(entry, "#") {
				continue
			}
			m, err := parseMessage(strings.TrimSpace(entry))
			if err != nil {
				return nil, fmt.Errorf("%s: %w, in %q", file, err, entry)
			}
			m.File = file
			all = append(all, m)
		}
	}
	if len(all) == 0 {
		return nil, errors.New("got an empty corpus")
	}
	return all, nil
}

func parseMessage(entry string) (Message, error) {
	var m Message
	for line := range strings.Lines(entry) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch {
		case m.Text != "":
			m.Text += line
		case name == "code":
			m.Code = value
		case name == "source":
			m.Source = value
		case name == "key":
			m.Key = value
		case name == "agent":
			m.Agents = append(m.Agents, value)
		case name == "says":
			m.Says = value
		case name == "do":
			m.Do = value
		default:
			m.Text = line
		}
	}
	if m.Code == "" || m.Source == "" || m.Text == "" {
		return m, errors.New("got an entry without code, source or text")
	}
	return m, nil
}
