//! Names that people use for numbers: protocols and service ports.

/// IANA protocol numbers that flow logs show, with the keyword; the first name of a number is the one
/// that is printed.
const PROTOCOLS: &[(u8, &str)] = &[
    (1, "icmp"),
    (2, "igmp"),
    (4, "ipip"),
    (6, "tcp"),
    (17, "udp"),
    (27, "rdp-protocol"),
    (33, "dccp"),
    (41, "ipv6"),
    (47, "gre"),
    (50, "esp"),
    (51, "ah"),
    (58, "icmpv6"),
    (89, "ospf"),
    (103, "pim"),
    (112, "vrrp"),
    (132, "sctp"),
    (136, "udplite"),
];

/// Well-known ports of services met in a VPC; the first name of a port is the one that is printed.
const SERVICES: &[(u16, &str)] = &[
    (20, "ftp-data"),
    (21, "ftp"),
    (22, "ssh"),
    (23, "telnet"),
    (25, "smtp"),
    (53, "dns"),
    (67, "dhcp"),
    (68, "dhcp-client"),
    (69, "tftp"),
    (80, "http"),
    (88, "kerberos"),
    (110, "pop3"),
    (111, "rpcbind"),
    (123, "ntp"),
    (135, "msrpc"),
    (137, "netbios-ns"),
    (138, "netbios-dgm"),
    (139, "netbios-ssn"),
    (143, "imap"),
    (161, "snmp"),
    (162, "snmp-trap"),
    (179, "bgp"),
    (389, "ldap"),
    (443, "https"),
    (445, "smb"),
    (465, "smtps"),
    (500, "isakmp"),
    (514, "syslog"),
    (587, "submission"),
    (636, "ldaps"),
    (853, "dns-over-tls"),
    (873, "rsync"),
    (993, "imaps"),
    (995, "pop3s"),
    (1433, "mssql"),
    (1434, "mssql-browser"),
    (1521, "oracle"),
    (1883, "mqtt"),
    (1900, "ssdp"),
    (2049, "nfs"),
    (2181, "zookeeper"),
    (2222, "ssh-alt"),
    (2375, "docker"),
    (2376, "docker-tls"),
    (2379, "etcd"),
    (3000, "grafana"),
    (3128, "squid"),
    (3306, "mysql"),
    (3389, "rdp"),
    (4500, "ipsec-nat-t"),
    (5060, "sip"),
    (5353, "mdns"),
    (5432, "postgres"),
    (5601, "kibana"),
    (5671, "amqps"),
    (5672, "amqp"),
    (5900, "vnc"),
    (5985, "winrm"),
    (5986, "winrm-tls"),
    (6379, "redis"),
    (6443, "kubernetes"),
    (8080, "http-alt"),
    (8443, "https-alt"),
    (8883, "mqtts"),
    (9042, "cassandra"),
    (9090, "prometheus"),
    (9092, "kafka"),
    (9100, "node-exporter"),
    (9200, "elasticsearch"),
    (9300, "elasticsearch-node"),
    (10250, "kubelet"),
    (11211, "memcached"),
    (27017, "mongodb"),
];

/// Every protocol number and name known here.
pub fn protocols() -> impl Iterator<Item = (u8, &'static str)> {
    PROTOCOLS.iter().copied()
}

/// Every port and name of a service known here.
pub fn services() -> impl Iterator<Item = (u16, &'static str)> {
    SERVICES.iter().copied()
}

pub fn protocol_name(number: u64) -> Option<&'static str> {
    PROTOCOLS.iter().find(|(known, _)| u64::from(*known) == number).map(|(_, name)| *name)
}

pub fn protocol_number(name: &str) -> Option<u8> {
    PROTOCOLS.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(number, _)| *number)
}

pub fn service_name(port: u64) -> Option<&'static str> {
    SERVICES.iter().find(|(known, _)| u64::from(*known) == port).map(|(_, name)| *name)
}

/// A service as people say it: `443/tcp https`, `icmp`, `port 99, protocol not recorded`.
pub fn service_words(port: Option<u64>, protocol: Option<u64>) -> String {
    match (port, protocol.map(protocol_words)) {
        (Some(port), Some(protocol)) => match service_name(port) {
            Some(name) => format!("{port}/{protocol} {name}"),
            None => format!("{port}/{protocol}"),
        },
        (Some(port), None) => format!("port {port}, protocol not recorded"),
        (None, Some(protocol)) => protocol,
        (None, None) => "protocol not recorded".to_owned(),
    }
}

/// `tcp`, or `protocol 99` where it has no name.
pub fn protocol_words(number: u64) -> String {
    protocol_name(number).map_or_else(|| format!("protocol {number}"), str::to_owned)
}

pub fn service_port(name: &str) -> Option<u16> {
    SERVICES.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(port, _)| *port)
}

/// Names of the bits of `tcp-flags`, joined by `+`. AWS logs SYN-ACK as 18; Transit Gateway logs also
/// know PSH, ACK and URG.
pub fn tcp_flag_names(flags: u64) -> String {
    const BITS: [(u64, &str); 6] = [(2, "SYN"), (16, "ACK"), (1, "FIN"), (4, "RST"), (8, "PSH"), (32, "URG")];
    let names: Vec<&str> = BITS.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, name)| *name).collect();
    if names.is_empty() { "none of SYN, FIN, RST".to_owned() } else { names.join("+") }
}

/// What a `traffic-path` code means.
pub fn traffic_path_name(code: u64) -> Option<&'static str> {
    const PATHS: [&str; 8] = [
        "through another resource in the same VPC",
        "through an internet gateway or a gateway VPC endpoint",
        "through a virtual private gateway",
        "through VPC peering in the region",
        "through VPC peering between regions",
        "through a local gateway or to a Local or Wavelength Zone",
        "through a gateway VPC endpoint",
        "through an internet gateway",
    ];
    PATHS.get(usize::try_from(code).ok()?.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_two_ways_of_one_table() {
        for &(number, name) in PROTOCOLS {
            assert_eq!(protocol_number(name), Some(number));
            assert_eq!(protocol_name(number.into()), Some(name));
        }
        for &(port, name) in SERVICES {
            assert_eq!(service_port(name), Some(port));
            assert_eq!(service_name(port.into()), Some(name));
        }
        assert_eq!(protocol_number("UDP"), Some(17), "17 is UDP, 27 is not");
    }

    #[test]
    fn flags_are_read_bit_by_bit() {
        assert_eq!(tcp_flag_names(18), "SYN+ACK");
        assert_eq!(tcp_flag_names(3), "SYN+FIN");
        assert_eq!(tcp_flag_names(0), "none of SYN, FIN, RST");
        assert_eq!(traffic_path_name(8), Some("through an internet gateway"));
        assert_eq!(traffic_path_name(0), None);
        assert_eq!(traffic_path_name(9), None);
    }
}
