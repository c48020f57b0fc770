package io.keelson.cni;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class NetworkResultTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final List<SpecVersion> LISTS =
      List.of(
          SpecVersion.V0_3_0,
          SpecVersion.V0_3_1,
          SpecVersion.V0_4_0,
          SpecVersion.V1_0_0,
          SpecVersion.V1_1_0);

  @Test
  void aResultOfToday() {
    NetworkResult result =
        parse(
            """
            {"cniVersion":"1.1.0","interfaces":[{"name":"br0"},
              {"name":"eth0","mac":"00:11:22:33:44:55","sandbox":"/run/netns/a","mtu":1400}],
             "ips":[{"address":"10.1.2.3/24","gateway":"10.1.2.1","interface":1},
                    {"address":"fd00::2/64"}],
             "routes":[{"dst":"0.0.0.0/0","priority":5}],
             "dns":{"nameservers":["10.1.2.53"],"search":["a.b"],"options":["ndots:5"]}}
            """);

    assertThat(result.ips().getFirst().address()).isEqualTo("10.1.2.3");
    assertThat(result.ips().getFirst().prefixLength()).isEqualTo(24);
    assertThat(result.ips())
        .extracting(IpConfiguration::interfaceIndex)
        .containsExactly(OptionalInt.of(1), OptionalInt.empty());
    assertThat(result.interfaces().get(1).sandbox()).isEqualTo("/run/netns/a");
    assertThat(result.dns())
        .isEqualTo(new Dns(List.of("10.1.2.53"), "", List.of("a.b"), List.of("ndots:5")));
  }

  @Test
  void addressesSayTheirFamilyOnlyBeforeVersionOne() throws Exception {
    NetworkResult old =
        parse("{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"fd00::2/64\"}]}")
            .as(SpecVersion.V0_4_0);

    assertThat(tree(old).at("/ips/0/version").asText()).isEqualTo("6");
    assertThat(tree(old.as(SpecVersion.V1_1_0)).at("/ips/0").has("version")).isFalse();
  }

  @Test
  void aResultOfTheFirstVersionsBecomesLists() {
    NetworkResult result =
        parse(
            """
            {"cniVersion":"0.2.0","ip4":{"ip":"10.1.2.3/24","gateway":"10.1.2.1",
              "routes":[{"dst":"0.0.0.0/0"}]},"ip6":{"ip":"fd00::2/64"},"dns":{"domain":"a.b"}}
            """);

    assertThat(result.ips()).hasSize(2);
    assertThat(result.as(SpecVersion.V1_0_0).toString())
        .contains("\"routes\":[{\"dst\":\"0.0.0.0/0\"}]")
        .doesNotContain("ip4");
    assertThat(result.dns().domain()).isEqualTo("a.b");
  }

  @Test
  void theFirstVersionsKeepTheFirstAddressOfEachFamilyAndItsRoutes() throws Exception {
    NetworkResult result =
        parse(
                """
                {"cniVersion":"1.1.0","interfaces":[{"name":"eth0"}],
                 "ips":[{"address":"10.0.0.2/8"},{"address":"10.0.0.3/8"},{"address":"fd00::2/64"}],
                 "routes":[{"dst":"0.0.0.0/0","mtu":9},{"dst":"::/0","gw":"fd00::1"}]}
                """)
            .as(SpecVersion.V0_2_0);

    assertThat(tree(result))
        .isEqualTo(
            MAPPER.readTree(
                """
                {"cniVersion":"0.2.0",
                 "ip4":{"ip":"10.0.0.2/8","routes":[{"dst":"0.0.0.0/0"}]},
                 "ip6":{"ip":"fd00::2/64","routes":[{"dst":"::/0","gw":"fd00::1"}]}}
                """));
    assertThatThrownBy(() -> parse("{\"cniVersion\":\"1.0.0\"}").as(SpecVersion.V0_1_0))
        .hasMessageContaining("without an address");
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aTripThroughAnotherVersionLosesOnlyWhatThatVersionCannotCarry(int seed) throws Exception {
    Random random = new Random(seed);
    SpecVersion from = LISTS.get(random.nextInt(LISTS.size()));
    SpecVersion through = LISTS.get(random.nextInt(LISTS.size()));
    ObjectNode original = randomResult(random, from);

    NetworkResult back = NetworkResult.parse(bytes(original), from).as(through).as(from);

    ObjectNode expected = original.deepCopy();
    if (!from.isAtLeast(SpecVersion.V1_0_0) || !through.isAtLeast(SpecVersion.V1_0_0)) {
      boolean converted = !from.equals(through);
      expected
          .path("interfaces")
          .forEach(node -> {
            if (converted) {
              ((ObjectNode) node).remove(List.of("mtu", "socketPath", "pciID"));
            }
          });
    }
    assertThat(MAPPER.readTree(back.json())).isEqualTo(expected);
    assertThat(back.as(through).ips()).isEqualTo(back.ips());
  }

  static IntStream seeds() {
    return IntStream.range(0, 200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "`` | empty",
        "[] | not a JSON object",
        "{ | line 1",
        "{\"cniVersion\":3} | cniVersion",
        "{\"cniVersion\":\"2.0.0\"} | newer than 1.1.0",
        "{\"ips\":{}} | ips is of type OBJECT",
        "{\"ips\":[7]} | ips[] is of type NUMBER",
        "{\"ips\":[{}]} | ips[].address",
        "{\"ips\":[{\"address\":\"10.0.0.1\"}]} | ips[].address",
        "{\"ips\":[{\"address\":\"10.0.0.1/33\"}]} | ips[].address",
        "{\"ips\":[{\"address\":\"example.org/24\"}]} | ips[].address",
        "{\"ips\":[{\"address\":\"10.0.0.1/24\",\"gateway\":\"x\"}]} | ips[].gateway",
        "{\"ips\":[{\"address\":\"10.0.0.1/24\",\"interface\":1e99}]} | ips[].interface",
        "{\"interfaces\":[{\"name\":1}]} | interfaces[].name",
        "{\"routes\":[{\"dst\":\"x\"}]} | routes[].dst",
        "{\"dns\":{\"nameservers\":[1]}} | dns.nameservers[]",
        "{\"cniVersion\":\"0.2.0\",\"ip4\":{\"ip\":\"x\"}} | ip4.ip",
      })
  void aMalformedResultIsRefusedByItsPlace(String json, String reason) {
    assertThatThrownBy(() -> parse(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aDamagedResultIsReadOrRefusedAndNothingElse(int seed) throws Exception {
    Random random = new Random(seed);
    byte[] json = bytes(randomResult(random, SpecVersion.V1_1_0));
    for (int i = 0; i < 1 + random.nextInt(4); i++) {
      json[random.nextInt(json.length)] = (byte) random.nextInt(256);
    }
    try {
      NetworkResult result = NetworkResult.parse(json, SpecVersion.V1_0_0);
      for (SpecVersion version : LISTS) {
        assertThat(result.as(version).ips()).hasSameSizeAs(result.ips());
      }
      assertThat(result.interfaces()).isNotNull();
      assertThat(result.dns()).isNotNull();
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageNotContaining("Exception");
    }
  }

  @Test
  void nullIsAnEmptyResultOfTheAssumedVersion() {
    NetworkResult result = NetworkResult.parse("null".getBytes(UTF_8), SpecVersion.V0_4_0);

    assertThat(result.version()).isEqualTo(SpecVersion.V0_4_0);
    assertThat(result.ips()).isEmpty();
  }

  private static ObjectNode randomResult(Random random, SpecVersion version) {
    boolean modern = version.isAtLeast(SpecVersion.V1_0_0);
    ObjectNode result = MAPPER.createObjectNode().put("cniVersion", version.toString());
    if (random.nextBoolean()) {
      result.putObject("vendor.example/extra").put("kept", random.nextInt());
    }
    ArrayNode interfaces = result.putArray("interfaces");
    for (int i = 0; i < random.nextInt(4); i++) {
      ObjectNode node = interfaces.addObject().put("name", "eth" + i).put("unknown", i);
      if (modern && random.nextBoolean()) {
        node.put("mtu", 1400).put("socketPath", "/s").put("pciID", "0:1");
      }
    }
    ArrayNode ips = result.putArray("ips");
    for (int i = 0; i < random.nextInt(4); i++) {
      boolean six = random.nextBoolean();
      ObjectNode ip =
          ips.addObject().put("address", six ? "fd00::" + (i + 1) + "/64" : "10.0.0." + i + "/8");
      if (!modern) {
        ip.put("version", six ? "6" : "4");
      }
      if (random.nextBoolean()) {
        ip.put("interface", i).put("x", "y");
      }
    }
    if (random.nextBoolean()) {
      result.putArray("routes").addObject().put("dst", "0.0.0.0/0").put("priority", 3);
    }
    if (random.nextBoolean()) {
      result.putObject("dns").put("domain", "a.b");
    }
    return result;
  }

  private static NetworkResult parse(String json) {
    return NetworkResult.parse(json.getBytes(UTF_8), SpecVersion.V1_0_0);
  }

  private static JsonNode tree(NetworkResult result) throws Exception {
    return MAPPER.readTree(result.json());
  }

  private static byte[] bytes(ObjectNode node) throws Exception {
    return MAPPER.writeValueAsBytes(node);
  }
}
