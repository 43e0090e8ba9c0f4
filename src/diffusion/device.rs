//! Where tensors live and in which precision.

use candle_core::{DType, Device};
use serde::{Deserialize, Serialize};

use crate::generate::GenerateError;

/// Which device to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceChoice {
    /// The fastest that is built in and present.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// An NVIDIA GPU.
    Cuda,
    /// An Apple GPU.
    Metal,
}

/// In which precision weights are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DTypeChoice {
    /// f32 on the processor, f16 on a GPU.
    #[default]
    Auto,
    /// 32 bits.
    F32,
    /// 16 bits.
    F16,
    /// 16 bits, wider range.
    Bf16,
}

/// A device and the precision of weights and activations on it.
#[derive(Clone, Debug)]
pub struct Placement {
    /// Device.
    pub device: Device,
    /// How weights are kept.
    pub storage: DType,
    /// How activations are computed. On the processor always f32: 16-bit weights are widened layer by layer,
    /// which saves memory and loses nothing.
    pub compute: DType,
}

impl Placement {
    /// Resolves what was asked for.
    ///
    /// # Errors
    /// [`GenerateError::Request`] when the device is not built in or not present; says how to get it.
    pub fn new(device: DeviceChoice, dtype: DTypeChoice) -> Result<Self, GenerateError> {
        let device = match device {
            DeviceChoice::Cpu => Device::Cpu,
            DeviceChoice::Cuda => {
                if !cfg!(feature = "cuda") {
                    return Err(not_built("cuda"));
                }
                Device::new_cuda(0).map_err(|e| not_present("cuda", &e))?
            }
            DeviceChoice::Metal => {
                if !cfg!(feature = "metal") {
                    return Err(not_built("metal"));
                }
                Device::new_metal(0).map_err(|e| not_present("metal", &e))?
            }
            DeviceChoice::Auto if cfg!(feature = "cuda") => Device::new_cuda(0).unwrap_or(Device::Cpu),
            DeviceChoice::Auto if cfg!(feature = "metal") => Device::new_metal(0).unwrap_or(Device::Cpu),
            DeviceChoice::Auto => Device::Cpu,
        };
        let storage = match dtype {
            DTypeChoice::F32 => DType::F32,
            DTypeChoice::F16 => DType::F16,
            DTypeChoice::Bf16 => DType::BF16,
            DTypeChoice::Auto if device.is_cpu() => DType::F32,
            DTypeChoice::Auto => DType::F16,
        };
        let compute = if device.is_cpu() { DType::F32 } else { storage };
        Ok(Self { device, storage, compute })
    }

    /// `cpu`, `cuda` or `metal`.
    pub fn name(&self) -> &'static str {
        match self.device {
            Device::Cpu => "cpu",
            Device::Cuda(_) => "cuda",
            Device::Metal(_) => "metal",
        }
    }
}

fn not_built(name: &str) -> GenerateError {
    GenerateError::Request(format!(
        "device '{name}' is not built into this program: build it with `cargo build --release --features {name}`, \
         or use --device cpu"
    ))
}

fn not_present(name: &str, error: &candle_core::Error) -> GenerateError {
    GenerateError::Request(format!("no {name} device can be used ({error}); use --device cpu"))
}
