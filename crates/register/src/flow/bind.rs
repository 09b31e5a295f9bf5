//! Naming an interface of a device: by id, or by ifName even before the device was ever asked.

use crate::Result;
use crate::checks::Checks;
use crate::rules::checked_name;
use model::device::Interface;
use model::{DeviceId, InterfaceId, Problem};
use store::Tx;

/// What a person wrote for an interface, resolved but not yet written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Port {
    WholeDevice,
    Known(InterfaceId),
    /// Not seen yet: the row is made when everything else is right.
    Named(String),
}

/// The device must be visible already.
pub(crate) async fn find_port(tx: &mut Tx, checks: &mut Checks, field: &str, device: DeviceId, text: Option<&str>) -> Result<Option<Port>> {
    let Some(text) = text else { return Ok(Some(Port::WholeDevice)) };
    let field = format!("{field}.interface");
    if let Ok(id) = text.parse::<InterfaceId>() {
        let found = tx.interface(id).await?.filter(|interface| interface.device == device);
        let checked =
            found.map(|interface| Port::Known(interface.id)).ok_or_else(|| Problem::new("not_found", "this device has no such interface"));
        return Ok(checks.take(field, checked));
    }
    let Some(name) = checks.take(field, checked_name(text)) else { return Ok(None) };
    Ok(Some(match tx.interface_by_name(device, &name).await? {
        Some(interface) => Port::Known(interface.id),
        None => Port::Named(name),
    }))
}

/// The id of the port; a port not seen yet gets its row, marked as not present.
pub(crate) async fn settle_port(tx: &mut Tx, device: DeviceId, port: Port) -> Result<Option<InterfaceId>> {
    let name = match port {
        Port::WholeDevice => return Ok(None),
        Port::Known(id) => return Ok(Some(id)),
        Port::Named(name) => name,
    };
    // Two bindings of one input may name the same new port.
    if let Some(known) = tx.interface_by_name(device, &name).await? {
        return Ok(Some(known.id));
    }
    let interface = Interface::unseen(device, &name);
    tx.insert_interface(&interface).await?;
    Ok(Some(interface.id))
}
