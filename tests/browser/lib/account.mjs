// A small account and the log of one hour of it: a database that two of three application servers cannot reach, a web
// server that the internet reaches, a rule that nothing uses, and somebody who tries every port.

import { text_of } from "./flowglass.mjs";

const START = 1763456400;

/** A line of the full layout that the account's log has. */
function flow({ eni, from, to, ports: [srcport, dstport], action = "ACCEPT", flags = 2, at = 0, packets = 10, protocol = 6 }) {
  const start = START + at;
  return [eni, from, to, srcport, dstport, protocol, packets, packets * 60, start, start + 50, action, "OK", flags].join(" ");
}

const HEADER = "interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status tcp-flags";

function conversation(eni, client, server, ports, at) {
  const [srcport, dstport] = ports;
  return [
    flow({ eni, from: client, to: server, ports, at, flags: 3 }),
    flow({ eni, from: server, to: client, ports: [dstport, srcport], at, flags: 19, packets: 150 }),
  ];
}

/** The log, as text. */
export function account_log() {
  const lines = [HEADER];
  for (let n = 0; n < 6; n += 1) {
    lines.push(...conversation("eni-db", "10.0.1.10", "10.0.2.20", [40000 + n, 5432], n * 60));
    lines.push(...conversation("eni-web", `198.51.100.${7 + n}`, "10.0.0.80", [51000 + n, 443], n * 60));
    for (const client of ["10.0.1.11", "10.0.1.12"]) {
      const ports = [42000 + n, 5432];
      lines.push(flow({ eni: "eni-db", from: client, to: "10.0.2.20", ports, at: n * 60, action: "REJECT", packets: 3 }));
    }
  }
  [21, 22, 23, 25, 110, 445, 1433, 3306, 3389, 5900].forEach((port, n) => {
    const probe = { eni: "eni-web", from: "203.0.113.9", to: "10.0.0.80", ports: [60000, port], packets: 1 };
    lines.push(flow({ ...probe, at: n * 30, action: "REJECT" }));
  });
  return text_of(lines);
}

const anywhere = [{ CidrIp: "0.0.0.0/0" }];
const tcp = (port, ranges) => ({ IpProtocol: "tcp", FromPort: port, ToPort: port, IpRanges: ranges });
const eni = (id, address, group, subnet) => ({
  NetworkInterfaceId: id,
  VpcId: "vpc-1",
  SubnetId: subnet,
  AvailabilityZone: "eu-west-1a",
  PrivateIpAddress: address,
  PrivateIpAddresses: [{ PrivateIpAddress: address, Primary: true }],
  Groups: [{ GroupId: group }],
  InterfaceType: "interface",
});
const group = (id, name, rules) => ({
  GroupId: id,
  GroupName: name,
  VpcId: "vpc-1",
  OwnerId: "012345678901",
  IpPermissions: rules,
  IpPermissionsEgress: [{ IpProtocol: "-1", IpRanges: anywhere }],
});
const all = (number, egress, action) => ({
  RuleNumber: number,
  Egress: egress,
  Protocol: "-1",
  RuleAction: action,
  CidrBlock: "0.0.0.0/0",
});

/** Its descriptions, as one document: the page takes them in any number of files. */
export const account_rules = () =>
  JSON.stringify({
    NetworkInterfaces: [
      eni("eni-db", "10.0.2.20", "sg-db", "subnet-db"),
      eni("eni-web", "10.0.0.80", "sg-web", "subnet-web"),
    ],
    SecurityGroups: [
      group("sg-db", "database", [tcp(5432, [{ CidrIp: "10.0.1.10/32" }])]),
      group("sg-web", "web", [tcp(443, anywhere), tcp(8080, [{ CidrIp: "10.0.0.0/8" }])]),
    ],
    NetworkAcls: [
      {
        NetworkAclId: "acl-1",
        VpcId: "vpc-1",
        Associations: [{ SubnetId: "subnet-db" }, { SubnetId: "subnet-web" }],
        Entries: [all(100, false, "allow"), all(100, true, "allow"), all(32767, false, "deny"), all(32767, true, "deny")],
      },
    ],
    Subnets: [
      { SubnetId: "subnet-db", VpcId: "vpc-1", CidrBlock: "10.0.2.0/24" },
      { SubnetId: "subnet-web", VpcId: "vpc-1", CidrBlock: "10.0.0.0/24" },
    ],
    Vpcs: [{ VpcId: "vpc-1", CidrBlock: "10.0.0.0/16" }],
  });
