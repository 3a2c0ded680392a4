package kms

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"slices"
)

// A ciphertext is a header, which names the version of the key that encrypted it, then AES-GCM's nonce and output. A
// changed header names another version, whose key material does not decrypt the rest.
const (
	ciphertextMark   = 'L'
	ciphertextHeader = 1 + 8
)

// versionCipher encrypts with key material that only it has.
type versionCipher struct {
	header []byte
	aead   cipher.AEAD
}

func newVersionCipher(number int64) *versionCipher {
	material := make([]byte, 32)
	rand.Read(material) // never fails
	block, err := aes.NewCipher(material)
	if err != nil {
		panic(err) // an AES-256 key has 32 bytes
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // AES has the block size of GCM
	}
	return &versionCipher{binary.BigEndian.AppendUint64([]byte{ciphertextMark}, uint64(number)), aead}
}

func (c *versionCipher) seal(plaintext, additional []byte) []byte {
	return c.aead.Seal(slices.Clone(c.header), nil, plaintext, additional)
}

// open decrypts a ciphertext with its header.
func (c *versionCipher) open(ciphertext, additional []byte) ([]byte, error) {
	return c.aead.Open(nil, nil, ciphertext[ciphertextHeader:], additional)
}

// versionNumber reads the header of a ciphertext. The number may be that of no version.
func versionNumber(ciphertext []byte) (number int64, ok bool) {
	if len(ciphertext) < ciphertextHeader || ciphertext[0] != ciphertextMark {
		return 0, false
	}
	return int64(binary.BigEndian.Uint64(ciphertext[1:ciphertextHeader])), true
}
