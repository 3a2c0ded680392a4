package codec

import (
	"bytes"
	"encoding/json"
	"errors"
	"unicode/utf8"
)

// Scanner reads JSON from memory, value by value, without a map or an interface for any of them: rows come in by the
// hundred thousand. A Scanner may be used by one goroutine.
type Scanner struct {
	data []byte
	at   int
}

// errSyntax is all that is said about malformed JSON.
func errSyntax() error { return errors.New("Parse Error") }

// NewScanner returns a scanner of a text that the caller leaves alone as long as it is used.
func NewScanner(data []byte) *Scanner { return &Scanner{data: data} }

// Done reports whether nothing but white space is left.
func (s *Scanner) Done() bool { return s.peek() == 0 && s.at >= len(s.data) }

// peek returns the first byte of the next token; 0 at the end.
func (s *Scanner) peek() byte {
	for s.at < len(s.data) {
		switch c := s.data[s.at]; c {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return c
		}
	}
	return 0
}

// Object calls member for each member of an object, which must read or skip the value.
func (s *Scanner) Object(member func(name []byte) error) error {
	if s.peek() != '{' {
		return errSyntax()
	}
	return s.list('}', func() error {
		name, err := s.Text()
		if err != nil {
			return err
		}
		if s.peek() != ':' {
			return errSyntax()
		}
		s.at++
		return member(name)
	})
}

// Array calls element for each element of an array, which must read or skip it.
func (s *Scanner) Array(element func() error) error {
	if s.peek() != '[' {
		return errSyntax()
	}
	return s.list(']', element)
}

func (s *Scanner) list(end byte, element func() error) error {
	s.at++
	if s.peek() == end {
		s.at++
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		c := s.peek()
		s.at++
		if c == end {
			return nil
		}
		if c != ',' {
			return errSyntax()
		}
	}
}

// Text reads a string. The bytes are part of the scanned text where it has no escapes.
func (s *Scanner) Text() ([]byte, error) {
	if s.peek() != '"' {
		return nil, errSyntax()
	}
	start := s.at
	end, plain := s.closing()
	if end < 0 {
		return nil, errSyntax()
	}
	s.at = end + 1
	if plain {
		return s.data[start+1 : end], nil
	}
	var text string
	if err := json.Unmarshal(s.data[start:s.at], &text); err != nil {
		return nil, errSyntax()
	}
	return []byte(text), nil
}

// closing finds the quote that ends the string at hand, and tells whether the string stands there as it is meant.
func (s *Scanner) closing() (end int, plain bool) {
	plain = true
	for i := s.at + 1; i < len(s.data); i++ {
		switch c := s.data[i]; {
		case c == '"':
			return i, plain
		case c == '\\':
			plain = false
			i++
		case c < ' ':
			return -1, false
		case c >= utf8.RuneSelf:
			plain = plain && utf8.Valid(s.data[i:i+min(len(s.data)-i, utf8.UTFMax)])
		}
	}
	return -1, false
}

// Null reads null if it comes next.
func (s *Scanner) Null() bool { return s.peek() == 'n' && s.literal("null") }

func (s *Scanner) literal(word string) bool {
	if !bytes.HasPrefix(s.data[s.at:], []byte(word)) {
		return false
	}
	s.at += len(word)
	return true
}

// Raw reads a value of any kind and returns its text.
func (s *Scanner) Raw() ([]byte, error) {
	s.peek()
	start := s.at
	err := s.Skip()
	return s.data[start:s.at], err
}

// Skip reads a value of any kind.
func (s *Scanner) Skip() error {
	switch c := s.peek(); c {
	case '{':
		return s.Object(func([]byte) error { return s.Skip() })
	case '[':
		return s.Array(s.Skip)
	case '"':
		_, err := s.Text()
		return err
	case 't', 'f', 'n':
		if s.literal("true") || s.literal("false") || s.literal("null") {
			return nil
		}
		return errSyntax()
	default:
		_, err := s.number()
		return err
	}
}

// number reads a number and returns its text.
func (s *Scanner) number() ([]byte, error) {
	s.peek()
	start := s.at
	for s.at < len(s.data) && bytes.IndexByte([]byte("+-.0123456789eE"), s.data[s.at]) >= 0 {
		s.at++
	}
	text := s.data[start:s.at]
	if !json.Valid(text) {
		return nil, errSyntax()
	}
	return text, nil
}
