package dev.pgkeel.server;

/**
 * The encryption of a session, as the server reports it.
 *
 * @param protocol the protocol, such as {@code TLSv1.3}
 * @param cipher the cipher suite
 * @since 0.1.0
 */
public record SessionEncryption(String protocol, String cipher) {

}
