using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace VideoExpress.Jobs.Fetch;

/// <summary>
/// Which addresses belong to the public internet: by the special-purpose registries of IANA (RFC 6890 and its updates), and
/// without the addresses at which clouds keep their metadata. Pure.
/// </summary>
internal static class AddressRules
{
    private static readonly IPNetwork[] Special4 =
    [
        IPNetwork.Parse("0.0.0.0/8"), // this network
        IPNetwork.Parse("10.0.0.0/8"), // private
        IPNetwork.Parse("100.64.0.0/10"), // carrier-grade NAT, and Alibaba's metadata
        IPNetwork.Parse("127.0.0.0/8"), // loopback
        IPNetwork.Parse("168.63.129.16/32"), // Azure's platform address
        IPNetwork.Parse("169.254.0.0/16"), // link-local, and nearly everybody's metadata
        IPNetwork.Parse("172.16.0.0/12"), // private
        IPNetwork.Parse("192.0.0.0/24"), // protocol assignments, and Oracle's metadata
        IPNetwork.Parse("192.0.2.0/24"), // documentation
        IPNetwork.Parse("192.88.99.0/24"), // 6to4 relays, deprecated
        IPNetwork.Parse("192.168.0.0/16"), // private
        IPNetwork.Parse("198.18.0.0/15"), // benchmarks
        IPNetwork.Parse("198.51.100.0/24"), // documentation
        IPNetwork.Parse("203.0.113.0/24"), // documentation
        IPNetwork.Parse("224.0.0.0/4"), // multicast
        IPNetwork.Parse("240.0.0.0/4"), // reserved, broadcast
    ];

    // Only 2000::/3 is given out at all; these parts of it are not public either.
    private static readonly IPNetwork GivenOut6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] Special6 =
    [
        IPNetwork.Parse("2001::/23"), // protocol assignments, Teredo
        IPNetwork.Parse("2001:db8::/32"), // documentation
        IPNetwork.Parse("3fff::/20"), // documentation
    ];

    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>True when the address may be connected to for a user.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return IsPublic(address.MapToIPv4());
        }

        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return !Special4.Any(n => n.Contains(address));
        }

        // Addresses that carry an IPv4 address are as public as that one is.
        return address.AddressFamily == AddressFamily.InterNetworkV6 && address switch
        {
            _ when Nat64.Contains(address) => IsPublic(Embedded(address, 12)),
            _ when SixToFour.Contains(address) => IsPublic(Embedded(address, 2)),
            _ => GivenOut6.Contains(address) && !Special6.Any(n => n.Contains(address)),
        };
    }

    private static IPAddress Embedded(IPAddress address, int at) =>
        new(BinaryPrimitives.ReverseEndianness(BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes().AsSpan(at))));
}
