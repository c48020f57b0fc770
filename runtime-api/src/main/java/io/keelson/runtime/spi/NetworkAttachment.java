package io.keelson.runtime.spi;

import io.keelson.runtime.v1.DNSConfig;
import java.util.List;

/**
 * What a pod got from its network.
 *
 * @param addresses IP addresses without prefix length, the primary one first; never empty
 * @param dns what the network says about name resolution; empty where it says nothing
 * @param resultJson the network's own description of the attachment, for people
 */
public record NetworkAttachment(List<String> addresses, DNSConfig dns, String resultJson) {
  /** Keeps an unchangeable copy of the addresses. */
  public NetworkAttachment {
    addresses = List.copyOf(addresses);
  }
}
