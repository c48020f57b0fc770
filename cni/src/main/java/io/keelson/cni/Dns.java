package io.keelson.cni;

import java.util.List;

/**
 * Name resolution, as a result gives it or a caller asks for it.
 *
 * @param nameservers addresses, in order
 * @param domain the local domain; empty for none
 * @param search domains to search
 * @param options resolver options
 */
public record Dns(
    List<String> nameservers, String domain, List<String> search, List<String> options) {
  /** Nothing said. */
  public static final Dns NONE = new Dns(List.of(), "", List.of(), List.of());

  /** Keeps unchangeable copies. */
  public Dns {
    nameservers = List.copyOf(nameservers);
    search = List.copyOf(search);
    options = List.copyOf(options);
  }
}
