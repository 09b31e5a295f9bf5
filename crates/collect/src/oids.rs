//! The objects that are read: SNMPv2-MIB, IF-MIB (RFC 2863), HOST-RESOURCES-MIB (RFC 2790).

use transport::snmp::Oid;

const MIB_2: [u32; 6] = [1, 3, 6, 1, 2, 1];

fn mib_2(rest: &[u32]) -> Oid {
    Oid::new([&MIB_2, rest].concat())
}

pub fn sys_descr() -> Oid {
    mib_2(&[1, 1, 0])
}
pub fn sys_object_id() -> Oid {
    mib_2(&[1, 2, 0])
}
pub fn sys_up_time() -> Oid {
    mib_2(&[1, 3, 0])
}
pub fn sys_name() -> Oid {
    mib_2(&[1, 5, 0])
}

/// A column of ifTable.
pub fn if_entry(column: u32) -> Oid {
    mib_2(&[2, 2, 1, column])
}
pub const IF_DESCR: u32 = 2;
pub const IF_TYPE: u32 = 3;
pub const IF_MTU: u32 = 4;
pub const IF_SPEED: u32 = 5;
pub const IF_PHYS_ADDRESS: u32 = 6;
pub const IF_ADMIN_STATUS: u32 = 7;
pub const IF_OPER_STATUS: u32 = 8;
pub const IF_IN_OCTETS: u32 = 10;
pub const IF_IN_UCAST: u32 = 11;
pub const IF_IN_NUCAST: u32 = 12;
pub const IF_IN_DISCARDS: u32 = 13;
pub const IF_IN_ERRORS: u32 = 14;
pub const IF_OUT_OCTETS: u32 = 16;
pub const IF_OUT_UCAST: u32 = 17;
pub const IF_OUT_NUCAST: u32 = 18;
pub const IF_OUT_DISCARDS: u32 = 19;
pub const IF_OUT_ERRORS: u32 = 20;

/// A column of ifXTable.
pub fn if_x_entry(column: u32) -> Oid {
    mib_2(&[31, 1, 1, 1, column])
}
pub const IF_NAME: u32 = 1;
pub const IF_HC_IN_OCTETS: u32 = 6;
pub const IF_HC_IN_UCAST: u32 = 7;
pub const IF_HC_IN_MULTICAST: u32 = 8;
pub const IF_HC_IN_BROADCAST: u32 = 9;
pub const IF_HC_OUT_OCTETS: u32 = 10;
pub const IF_HC_OUT_UCAST: u32 = 11;
pub const IF_HC_OUT_MULTICAST: u32 = 12;
pub const IF_HC_OUT_BROADCAST: u32 = 13;
pub const IF_HIGH_SPEED: u32 = 15;
pub const IF_ALIAS: u32 = 18;

pub fn hr_processor_load() -> Oid {
    mib_2(&[25, 3, 3, 1, 2])
}
/// A column of hrStorageTable.
pub fn hr_storage_entry(column: u32) -> Oid {
    mib_2(&[25, 2, 3, 1, column])
}
pub const HR_STORAGE_TYPE: u32 = 2;
pub const HR_STORAGE_DESCR: u32 = 3;
pub const HR_STORAGE_UNITS: u32 = 4;
pub const HR_STORAGE_SIZE: u32 = 5;
pub const HR_STORAGE_USED: u32 = 6;
pub fn hr_storage_ram() -> Oid {
    mib_2(&[25, 2, 1, 2])
}
